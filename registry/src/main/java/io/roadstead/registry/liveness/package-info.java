/**
 * Whether instances are really there, beyond their heartbeats: refused connections that gateways
 * tell of, the probes that follow, and active checks.
 */
@NullMarked
package io.roadstead.registry.liveness;

import org.jspecify.annotations.NullMarked;
