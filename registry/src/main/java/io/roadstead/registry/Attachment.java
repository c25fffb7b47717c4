package io.roadstead.registry;

/**
 * What a protocol adapter keeps beside a registration for its own use (Eureka: URLs, dirty
 * timestamp, override). The registry carries it and never looks inside. Implementations are
 * immutable.
 */
public interface Attachment {}
