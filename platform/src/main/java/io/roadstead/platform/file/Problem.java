package io.roadstead.platform.file;

/**
 * Something in the file that cannot be.
 *
 * @param line counted from 1
 * @param text what, which, limit against actual, what to do
 */
public record Problem(int line, String text) {}
