/** What a customer sees: asks the catalogue and places an order. */
@NullMarked
package io.roadstead.example.storefront;

import org.jspecify.annotations.NullMarked;
