/** What a pick costs, here and in the libraries before it. */
@NullMarked
package io.roadstead.bench.balancer;

import org.jspecify.annotations.NullMarked;
