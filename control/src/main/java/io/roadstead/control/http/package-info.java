/** How the control plane's HTTP is answered: the guard, access, bodies, problems. */
@NullMarked
package io.roadstead.control.http;

import org.jspecify.annotations.NullMarked;
