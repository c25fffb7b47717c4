/** Looks at what Roadstead needs and finds, and says what to do; changes nothing. */
@NullMarked
package io.roadstead.platform.doctor;

import org.jspecify.annotations.NullMarked;
