/** The grid: what a strict gateway does with every kind of message, as data, and who does it. */
@org.jspecify.annotations.NullMarked
package io.roadstead.gateway.grid;
