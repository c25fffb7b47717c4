/** Logins of people: who has one, and how often one may try. */
@NullMarked
package io.roadstead.control.session;

import org.jspecify.annotations.NullMarked;
