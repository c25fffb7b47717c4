@NullMarked
package io.roadstead.balancer;

import org.jspecify.annotations.NullMarked;
