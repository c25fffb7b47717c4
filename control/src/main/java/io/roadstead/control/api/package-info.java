/** The endpoints. */
@NullMarked
package io.roadstead.control.api;

import org.jspecify.annotations.NullMarked;
