package io.roadstead.rollout;

import java.time.Instant;

/**
 * What tells a process from every other one: a pid alone may be used again, a pid with its start
 * time is not.
 *
 * @param startedAt as the operating system tells it
 * @param port where it was told to listen
 */
public record ProcessMark(long pid, Instant startedAt, int port) {}
