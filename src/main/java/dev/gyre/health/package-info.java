/**
 * Is a backend fit? Probes and evidence from traffic, each through its thresholds, become one verdict; only
 * its flip is shown to the data path.
 */
package dev.gyre.health;
