/**
 * The registry across nodes, on Hazelcast: the shared map, hints, digests and repair; members joining and
 * leaving; what nodes ask one another. It has a Vert.x of its own, so that neither its threads nor its
 * failures reach the data path.
 */
package dev.gyre.cluster;
