/**
 * Deployments under a load of six kinds: how many a second, and what they lose, whole and with each
 * protective step left out in turn.
 */
@NullMarked
package io.roadstead.platform.bench.deploys;

import org.jspecify.annotations.NullMarked;
