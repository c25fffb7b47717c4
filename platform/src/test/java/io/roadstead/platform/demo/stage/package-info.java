@NullMarked
package io.roadstead.platform.demo.stage;

import org.jspecify.annotations.NullMarked;
