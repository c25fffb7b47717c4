package io.roadstead.rollout;

/** Writes and reads a specification as the text that is kept and sent. */
public interface SpecCodec {
  String write(ServiceSpec spec);

  ServiceSpec read(String name, String text);
}
