/** Starts what the gateway is compared with, and the gateway itself in a process of its own. */
@NullMarked
package io.roadstead.platform.bench.proxy;

import org.jspecify.annotations.NullMarked;
