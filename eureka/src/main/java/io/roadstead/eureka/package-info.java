@NullMarked
package io.roadstead.eureka;

import org.jspecify.annotations.NullMarked;
