/**
 * The demo's live screen: {@link io.roadstead.platform.demo.screen.Screen} makes lines of a {@link
 * io.roadstead.platform.demo.screen.View}, {@link io.roadstead.platform.demo.screen.Terminal} shows
 * them in place and gives the terminal back.
 */
@NullMarked
package io.roadstead.platform.demo.screen;

import org.jspecify.annotations.NullMarked;
