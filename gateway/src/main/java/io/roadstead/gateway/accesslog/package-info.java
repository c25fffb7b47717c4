/** The access log: a line for each request, written beside the event loops and never by them. */
@NullMarked
package io.roadstead.gateway.accesslog;

import org.jspecify.annotations.NullMarked;
