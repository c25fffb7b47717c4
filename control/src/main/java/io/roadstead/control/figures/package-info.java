/** Figures of the registry, of subscribers and of roll-outs, by Micrometer. */
@NullMarked
package io.roadstead.control.figures;

import org.jspecify.annotations.NullMarked;
