/** Whether a new version is worse than the old one, by what the gateways have counted of both. */
@NullMarked
package io.roadstead.rollout.judge;

import org.jspecify.annotations.NullMarked;
