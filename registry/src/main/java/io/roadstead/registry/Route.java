package io.roadstead.registry;

/**
 * One route of a service, a versioned fact beside its instances.
 *
 * @param host the exact host it is for, lower case, or "" for every host
 * @param path the prefix, starting with a slash; it matches at segment boundaries
 * @param strip whether the prefix is taken off before forwarding
 */
public record Route(String host, String path, boolean strip) {}
