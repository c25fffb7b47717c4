/** Takes the money. */
@NullMarked
package io.roadstead.example.payments;

import org.jspecify.annotations.NullMarked;
