@NullMarked
package io.roadstead.platform.bench;

import org.jspecify.annotations.NullMarked;
