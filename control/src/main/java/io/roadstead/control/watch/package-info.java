/** Streams and long polls of the registry. */
@NullMarked
package io.roadstead.control.watch;

import org.jspecify.annotations.NullMarked;
