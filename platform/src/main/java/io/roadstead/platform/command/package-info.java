@NullMarked
package io.roadstead.platform.command;

import org.jspecify.annotations.NullMarked;
