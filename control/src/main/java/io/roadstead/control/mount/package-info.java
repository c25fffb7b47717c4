/** How an adapter offers its paths to the control plane's HTTP, without knowing what serves it. */
@NullMarked
package io.roadstead.control.mount;

import org.jspecify.annotations.NullMarked;
