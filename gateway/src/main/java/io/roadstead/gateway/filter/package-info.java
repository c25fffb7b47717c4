/** What a filter is written against, and where filters are loaded from. */
@NullMarked
package io.roadstead.gateway.filter;

import org.jspecify.annotations.NullMarked;
