/** The client side of the watch. */
@NullMarked
package io.roadstead.control.remote;

import org.jspecify.annotations.NullMarked;
