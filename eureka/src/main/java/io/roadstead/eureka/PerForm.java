package io.roadstead.eureka;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The same thing in several forms, each made when the first asks for it. Thread-safe. Two who ask
 * at once may both make it; the results must be the same.
 */
@SuppressWarnings("EnumOrdinal") // there is one for every few dozen instances: an array is small
final class PerForm<T> {
  private static final int FORMS = Form.values().length;

  private final AtomicReferenceArray<@Nullable T> made = new AtomicReferenceArray<>(FORMS);

  @Nullable T known(Form form) {
    return made.get(form.ordinal());
  }

  T get(Form form, Function<Form, T> maker) {
    T known = made.get(form.ordinal());
    if (known == null) {
      known = maker.apply(form);
      made.set(form.ordinal(), known);
    }
    return known;
  }
}
