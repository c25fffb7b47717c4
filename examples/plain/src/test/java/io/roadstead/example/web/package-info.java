@NullMarked
package io.roadstead.example.web;

import org.jspecify.annotations.NullMarked;
