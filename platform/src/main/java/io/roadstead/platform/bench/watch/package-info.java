/** {@code roadstead bench watch}: how soon, and at what cost, many readers hear of a change. */
@NullMarked
package io.roadstead.platform.bench.watch;

import org.jspecify.annotations.NullMarked;
