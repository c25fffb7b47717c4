/**
 * The spine of the platform: one versioned view of who is there, and the proof of who has seen it.
 *
 * <p>{@link io.roadstead.registry.Registry} is the view: instances register, renew and leave, the
 * platform marks them, and each change is the next version. {@link
 * io.roadstead.registry.Subscribers} knows who reads it and what each has applied; a roll-out waits
 * there until nobody can pick what it is about to stop. The two do not know each other: all they
 * share is the {@link io.roadstead.registry.Cursor}. {@link io.roadstead.registry.RegistryView} is
 * what a gateway sees of both, in this process ({@link io.roadstead.registry.LocalRegistryView}) or
 * over the watch.
 *
 * <p>No protocol, no thread pool, no clock of its own: time, executors and the sink of events are
 * handed in. The platform calls {@link io.roadstead.registry.Registry#expire} and {@link
 * io.roadstead.registry.Subscribers#sweep} each second.
 */
@NullMarked
package io.roadstead.registry;

import org.jspecify.annotations.NullMarked;
