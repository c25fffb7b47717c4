/** A small HTTP/1.1 server and client, just enough for the services of the shop. */
@NullMarked
package io.roadstead.example.web;

import org.jspecify.annotations.NullMarked;
