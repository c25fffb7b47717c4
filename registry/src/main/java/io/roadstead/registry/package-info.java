@NullMarked
package io.roadstead.registry;

import org.jspecify.annotations.NullMarked;
