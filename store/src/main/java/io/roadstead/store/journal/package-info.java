/**
 * Registrations on the disk: {@link io.roadstead.store.journal.RegistrationJournal} keeps them over
 * a restart, in a snapshot and a log of what changed since.
 */
@NullMarked
package io.roadstead.store.journal;

import org.jspecify.annotations.NullMarked;
