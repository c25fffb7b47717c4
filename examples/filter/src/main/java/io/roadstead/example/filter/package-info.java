/** Filters of the gateway, to copy from. */
@NullMarked
package io.roadstead.example.filter;

import org.jspecify.annotations.NullMarked;
