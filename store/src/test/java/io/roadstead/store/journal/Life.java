package io.roadstead.store.journal;

import io.roadstead.registry.Attachment;
import io.roadstead.registry.AttachmentForm;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.ManagedInstance;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Remembered;
import io.roadstead.registry.Status;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** A registry with instances that come, change and go as a seed says, and who has changed. */
final class Life {
  private static final Status[] WORDS = {
    Status.UP, Status.DOWN, Status.STARTING, Status.OUT_OF_SERVICE, Status.STANDBY, Status.UNKNOWN
  };

  record Note(String text) implements Attachment {}

  /** Attachments of this test. */
  static final AttachmentForm NOTES =
      new AttachmentForm() {
        @Override
        public boolean knows(Attachment attachment) {
          return attachment instanceof Note;
        }

        @Override
        public void write(Attachment attachment, DataOutput to) throws IOException {
          to.writeUTF(((Note) attachment).text());
        }

        @Override
        public Attachment read(DataInput from) throws IOException {
          return new Note(from.readUTF());
        }
      };

  private final RandomGenerator random;
  private final int most;
  private long nanos;
  final Ticker ticker = () -> nanos;
  final InstantSource wall = () -> Instant.parse("2026-11-23T02:00:00.123456789Z").plusNanos(nanos);
  final Registry registry = new Registry("e1", wall, ticker, EventSink.NONE, Runnable::run);
  private Set<InstanceKey> changed = new LinkedHashSet<>();

  Life(RandomGenerator random, int most) {
    this.random = random;
    this.most = most;
    registry.keepIn(
        new io.roadstead.registry.Journal() {
          @Override
          public void changed(InstanceKey key) {
            changed.add(key);
          }

          @Override
          public String trouble() {
            return "";
          }
        });
  }

  /** Who has changed since the last call. */
  Set<InstanceKey> changed() {
    Set<InstanceKey> taken = changed;
    changed = new LinkedHashSet<>();
    return taken;
  }

  Set<Remembered> state() {
    return state(registry);
  }

  static Set<Remembered> state(Registry registry) {
    return Set.copyOf(registry.remembered(registry.rememberedKeys()));
  }

  /** One thing happens. */
  void step() {
    nanos += Duration.ofMillis(random.nextInt(1, 4_000)).toNanos();
    int n = random.nextInt(most);
    InstanceKey key = new InstanceKey("service-" + n % 5, "id-" + n);
    switch (random.nextInt(12)) {
      case 0 -> registry.deregister(key);
      case 1 -> registry.mark(key, marks -> marks.withDraining(!marks.draining()));
      case 2 -> registry.expire();
      case 3 -> manage(n);
      case 4 -> registry.unmanage(managed(n).key());
      case 5 -> registry.update(key, own -> own.withStatus(WORDS[random.nextInt(WORDS.length)]));
      case 6 -> registry.renew(key.service(), key.id());
      default -> register(key, random.nextInt(6) == 0 ? 20_000 + n : 9_000 + n);
    }
  }

  private static ManagedInstance managed(int n) {
    return new ManagedInstance(
        "service-" + n % 5, "started-" + n, "127.0.0.1", 20_000 + n, "1", 100, Map.of());
  }

  /** Under an id that was never used before, as the platform does. */
  private void manage(int n) {
    registry.manage(managed(n));
  }

  void register(InstanceKey key, int port) {
    Map<String, String> metadata = new HashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      metadata.put("key-" + i, "ü\ud800→" + random.nextInt(100));
    }
    try {
      registry.register(
          new Registration(
              key.service(),
              key.id(),
              "127.0.0.1",
              random.nextBoolean() ? "" : "10.0.0.1",
              port,
              random.nextBoolean(),
              WORDS[random.nextInt(WORDS.length)],
              random.nextInt(1001),
              metadata,
              Duration.ofSeconds(random.nextInt(1, 120)),
              random.nextBoolean() ? null : new Note("note " + random.nextInt(1000))));
    } catch (io.roadstead.registry.InvalidRegistration _) {
      // of an instance that has ended
    }
  }
}
