/**
 * Clients that are not forgiving: requests at a fixed rate, WebSockets and event streams, each of
 * which counts honestly how it ended.
 */
@NullMarked
package io.roadstead.platform.load;

import org.jspecify.annotations.NullMarked;
