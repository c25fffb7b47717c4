/** What there is to buy. */
@NullMarked
package io.roadstead.example.catalogue;

import org.jspecify.annotations.NullMarked;
