/** The log of what happened. */
@NullMarked
package io.roadstead.control.event;

import org.jspecify.annotations.NullMarked;
