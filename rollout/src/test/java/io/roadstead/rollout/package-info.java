@NullMarked
package io.roadstead.rollout;

import org.jspecify.annotations.NullMarked;
