@NullMarked
package io.roadstead.gateway.filter;

import org.jspecify.annotations.NullMarked;
