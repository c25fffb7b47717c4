/** Reads specifications of services, and the toolkit for reading any checked document. */
@NullMarked
package io.roadstead.control.spec;

import org.jspecify.annotations.NullMarked;
