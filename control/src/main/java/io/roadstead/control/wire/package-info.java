/** The JSON of the API. */
@NullMarked
package io.roadstead.control.wire;

import org.jspecify.annotations.NullMarked;
