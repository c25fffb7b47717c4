/** Scripts with which shells complete the words of a command line. */
@NullMarked
package io.roadstead.platform.completion;

import org.jspecify.annotations.NullMarked;
