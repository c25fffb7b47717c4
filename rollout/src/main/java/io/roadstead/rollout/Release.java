package io.roadstead.rollout;

import java.time.Instant;

/**
 * A specification that was accepted: a version of a service that can be run and gone back to.
 *
 * @param number grows by one per service
 * @param version the label: the specification's, or the short digest
 * @param digest SHA-256 of the artifact's bytes, or of the command's text, 64 hex digits
 * @param spec with {@link Source.Jar} already replaced by {@link Source.Artifact}
 * @param cause who asked for it, and why
 */
public record Release(
    String service,
    long number,
    String version,
    String digest,
    ServiceSpec spec,
    Instant createdAt,
    Cause cause) {}
