/**
 * What the demo plays on: a platform and a gateway, each in a process of its own, and the directory
 * that all of them live in. {@link io.roadstead.platform.demo.stage.Stage} is what the play needs,
 * {@link io.roadstead.platform.demo.stage.Workplace} what leaves nothing behind.
 */
@NullMarked
package io.roadstead.platform.demo.stage;

import org.jspecify.annotations.NullMarked;
