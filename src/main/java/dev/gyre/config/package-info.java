/**
 * From JSON to typed settings. {@link dev.gyre.config.ConfigSource} fetches the JSON and follows its changes,
 * {@link dev.gyre.config.ConfigReader} turns it into {@link dev.gyre.config.Settings} or a list of every
 * mistake in it.
 */
package dev.gyre.config;
