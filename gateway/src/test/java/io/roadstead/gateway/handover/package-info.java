@NullMarked
package io.roadstead.gateway.handover;

import org.jspecify.annotations.NullMarked;
