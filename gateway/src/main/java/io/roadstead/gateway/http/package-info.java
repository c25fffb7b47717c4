/** HTTP/1.1 as bytes: a strict head parser that leaves offsets, and a strict body reader. */
@NullMarked
package io.roadstead.gateway.http;

import org.jspecify.annotations.NullMarked;
