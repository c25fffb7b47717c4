@NullMarked
package io.roadstead.registry.event;

import org.jspecify.annotations.NullMarked;
