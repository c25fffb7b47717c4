@NullMarked
package io.roadstead.gateway.accesslog;

import org.jspecify.annotations.NullMarked;
