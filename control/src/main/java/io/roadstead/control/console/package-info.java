/** What the console's pages need beside the API: their files, a login, and one stream. */
@NullMarked
package io.roadstead.control.console;

import org.jspecify.annotations.NullMarked;
