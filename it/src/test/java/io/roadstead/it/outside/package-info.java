/**
 * The product as its users have it: the launcher, processes, real load generators. Nothing here
 * knows a class of it.
 */
@NullMarked
package io.roadstead.it.outside;

import org.jspecify.annotations.NullMarked;
