@NullMarked
package io.roadstead.platform.client;

import org.jspecify.annotations.NullMarked;
