/**
 * How a gateway gives its listening sockets to the one that takes its place: the descriptors
 * themselves go over a Unix socket, so that no connection is lost that waits to be accepted.
 */
@NullMarked
package io.roadstead.gateway.handover;

import org.jspecify.annotations.NullMarked;
