@NullMarked
package io.roadstead.rollout.judge;

import org.jspecify.annotations.NullMarked;
