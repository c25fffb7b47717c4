/** What routing costs. */
@NullMarked
package io.roadstead.bench.route;

import org.jspecify.annotations.NullMarked;
