/** Figures of the registry and of roll-outs, by Micrometer. */
@NullMarked
package io.roadstead.control.metrics;

import org.jspecify.annotations.NullMarked;
