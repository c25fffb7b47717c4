/**
 * A balancer is a membership that changes, a strategy that chooses among it, and guards that keep
 * the strategy away from members that should be spared. Confined to one thread; time and randomness
 * are handed in; neither a pick nor its outcome allocates.
 */
@NullMarked
package io.roadstead.balancer;

import org.jspecify.annotations.NullMarked;
