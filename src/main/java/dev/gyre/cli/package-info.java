/** The command line: what a person types becomes one command to one node; the reply becomes words. */
package dev.gyre.cli;
