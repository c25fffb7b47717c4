/**
 * A headless Chromium for tests, over its own protocol. What is here knows nothing of the product.
 */
@NullMarked
package io.roadstead.it.browser;

import org.jspecify.annotations.NullMarked;
