@NullMarked
package io.roadstead.runtime.process;

import org.jspecify.annotations.NullMarked;
