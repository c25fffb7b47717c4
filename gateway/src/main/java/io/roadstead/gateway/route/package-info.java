/** From host and path to a service: immutable tables over raw bytes. */
@NullMarked
package io.roadstead.gateway.route;

import org.jspecify.annotations.NullMarked;
