@NullMarked
package io.roadstead.platform.demo;

import org.jspecify.annotations.NullMarked;
