@NullMarked
package io.roadstead.gateway.route;

import org.jspecify.annotations.NullMarked;
