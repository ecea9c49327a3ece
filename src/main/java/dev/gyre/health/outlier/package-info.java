/** Passive health: compares the traffic of a service's backends and ejects those that fail. */
package dev.gyre.health.outlier;
