/** {@code roadstead bench balancer}: strategies side by side in virtual time. */
@NullMarked
package io.roadstead.platform.bench.balancer;

import org.jspecify.annotations.NullMarked;
