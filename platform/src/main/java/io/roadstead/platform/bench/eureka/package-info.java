/** The Eureka interface beside the original server, in one run. */
@NullMarked
package io.roadstead.platform.bench.eureka;

import org.jspecify.annotations.NullMarked;
