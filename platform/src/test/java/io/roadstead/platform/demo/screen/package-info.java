@NullMarked
package io.roadstead.platform.demo.screen;

import org.jspecify.annotations.NullMarked;
