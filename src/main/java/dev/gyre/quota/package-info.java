/**
 * One limit shared by all nodes of a cluster: each node has an even part, lends what it does not need and
 * borrows what others do not need. The sum stays within the limit whatever messages are lost.
 */
package dev.gyre.quota;
