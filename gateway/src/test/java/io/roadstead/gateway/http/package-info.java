@NullMarked
package io.roadstead.gateway.http;

import org.jspecify.annotations.NullMarked;
