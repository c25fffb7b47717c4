@NullMarked
package io.roadstead.store;

import org.jspecify.annotations.NullMarked;
