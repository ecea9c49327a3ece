/** What passes between the loggers and the log: memory that is exhausted, and floods of libraries' lines. */
package dev.gyre.log;
