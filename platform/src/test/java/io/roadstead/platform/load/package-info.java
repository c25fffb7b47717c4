@NullMarked
package io.roadstead.platform.load;

import org.jspecify.annotations.NullMarked;
