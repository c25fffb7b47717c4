package io.roadstead.registry;

/**
 * Keeps what is registered over a restart. It is told which instances have changed and reads their
 * state itself ({@link Registry#remembered}) when it writes, so a burst of changes of one instance
 * costs one record and nothing is queued but names. A heartbeat is no change.
 */
public interface Journal {
  /** Keeps nothing. */
  Journal NONE =
      new Journal() {
        @Override
        public void changed(InstanceKey key) {}

        @Override
        public String trouble() {
          return "";
        }
      };

  /** What is remembered of an instance is another now. From any thread; never blocks. */
  void changed(InstanceKey key);

  /** Why changes would not survive a restart at the moment, in a sentence; "" where they would. */
  String trouble();
}
