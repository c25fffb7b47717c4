@NullMarked
package io.roadstead.example.filter;

import org.jspecify.annotations.NullMarked;
