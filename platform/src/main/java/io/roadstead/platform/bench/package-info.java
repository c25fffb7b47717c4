/** Benchmarks that anybody can run. */
@NullMarked
package io.roadstead.platform.bench;

import org.jspecify.annotations.NullMarked;
