/** The gateway beside other proxies, in one run. */
@NullMarked
package io.roadstead.platform.bench.gateway;

import org.jspecify.annotations.NullMarked;
