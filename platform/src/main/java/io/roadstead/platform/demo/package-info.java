/**
 * {@code roadstead demo}: a platform with the example shop under steady load, and what happens to
 * it meanwhile. {@link io.roadstead.platform.demo.Choreography} has the acts, {@link
 * io.roadstead.platform.load.OpenLoopLoad} the load, {@link io.roadstead.platform.demo.Tally} what
 * came of it.
 */
@NullMarked
package io.roadstead.platform.demo;

import org.jspecify.annotations.NullMarked;
