/**
 * The nouns every package shares: what the operator wants, and how a request can end. Plain JDK, immutable.
 */
package dev.gyre.model;
