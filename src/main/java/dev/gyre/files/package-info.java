/** The one way to files: regular ones only, and Gyre's own for their owner alone and through no link. */
package dev.gyre.files;
