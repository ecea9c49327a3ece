/**
 * The registry across nodes, on Hazelcast: the shared map, hints, digests and repair; members joining and
 * leaving; what nodes ask one another; limits that hold for all of them together. It has a Vert.x of its own,
 * so that neither its threads nor its troubles reach the data path.
 */
package dev.gyre.cluster;
