/** The doors through which a node is told and asked: event bus, HTTP and command line, all to one handler. */
package dev.gyre.admin;
