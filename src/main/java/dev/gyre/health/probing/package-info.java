/** Active health: probes shared among the nodes, whose votes become one verdict on each backend. */
package dev.gyre.health.probing;
