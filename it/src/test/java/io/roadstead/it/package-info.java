@NullMarked
package io.roadstead.it;

import org.jspecify.annotations.NullMarked;
