@NullMarked
package io.roadstead.control;

import org.jspecify.annotations.NullMarked;
