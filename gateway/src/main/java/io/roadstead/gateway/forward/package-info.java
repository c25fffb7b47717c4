/** What the gateway says about a request's way: who sent it, through whom, in which trace. */
@NullMarked
package io.roadstead.gateway.forward;

import org.jspecify.annotations.NullMarked;
