/**
 * What is made of finished requests: counters. The data path hands over a
 * {@link dev.gyre.model.FinishedExchange} for each and knows nothing of what comes of it.
 */
package dev.gyre.telemetry;
