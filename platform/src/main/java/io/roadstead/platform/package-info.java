@NullMarked
package io.roadstead.platform;

import org.jspecify.annotations.NullMarked;
