@NullMarked
package io.roadstead.gateway;

import org.jspecify.annotations.NullMarked;
