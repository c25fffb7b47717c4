@NullMarked
package io.roadstead.platform.file;

import org.jspecify.annotations.NullMarked;
