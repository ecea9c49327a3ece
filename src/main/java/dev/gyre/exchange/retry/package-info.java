/**
 * Whether another attempt can be afforded: budgets, counts and answer times of services. Knows no requests;
 * times are passed in.
 */
package dev.gyre.exchange.retry;
