@NullMarked
package io.roadstead.platform.log;

import org.jspecify.annotations.NullMarked;
