package io.roadstead.gateway;

import io.netty.util.NetUtil;
import io.roadstead.registry.Instance;
import io.roadstead.registry.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the addresses of instances' hosts, off the event loops. A number is its own address; a name
 * is looked up on a thread of its own and again from time to time, and until something is found the
 * instance's own address stands in.
 *
 * <p>Asked by one thread; {@code onChange} is called by others, when a look-up brought news.
 */
final class AddressBook {
  private static final long FOUND_NANOS = 30_000_000_000L;
  private static final long NOT_FOUND_NANOS = 5_000_000_000L;
  private static final long FIRST_WAIT_MILLIS = 200;

  private final Ticker ticker;
  private final Runnable onChange;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  /**
   * @param address null where the name was not found
   */
  private record Entry(
      @Nullable InetAddress address, long atNanos, @Nullable CompletableFuture<Void> running) {}

  AddressBook(Ticker ticker, Runnable onChange) {
    this.ticker = ticker;
    this.onChange = onChange;
  }

  /** The address of the instance's host, or null while it has none. */
  @Nullable InetAddress address(Instance instance) {
    InetAddress literal = literal(instance.host());
    if (literal != null) {
      return literal;
    }
    InetAddress found = lookUp(instance.host());
    return found != null ? found : literal(instance.ipAddress());
  }

  /** Forgets hosts that are not used any more. */
  void keep(Set<String> hosts) {
    entries.keySet().retainAll(hosts);
  }

  private static @Nullable InetAddress literal(String text) {
    return text.isEmpty() ? null : NetUtil.createInetAddressFromIpAddressString(text);
  }

  private @Nullable InetAddress lookUp(String host) {
    Entry entry = entries.get(host);
    if (entry == null) {
      entry = start(host, null);
      await(Objects.requireNonNull(entry.running()));
      entry = entries.getOrDefault(host, entry);
    } else if (entry.running() == null
        && ticker.nanos() - entry.atNanos()
            > (entry.address() == null ? NOT_FOUND_NANOS : FOUND_NANOS)) {
      entry = start(host, entry.address());
    }
    return entry.address();
  }

  private Entry start(String host, @Nullable InetAddress before) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Entry running = new Entry(before, ticker.nanos(), done);
    entries.put(host, running);
    var _ =
        Thread.ofVirtual()
            .name("gateway-resolve-" + host)
            .start(
                () -> {
                  InetAddress resolved = resolve(host);
                  // A name server that fails for a moment takes no known address away.
                  InetAddress found = resolved == null ? before : resolved;
                  boolean used =
                      entries.replace(host, running, new Entry(found, ticker.nanos(), null));
                  done.complete(null);
                  if (used && !Objects.equals(found, before)) {
                    onChange.run();
                  }
                });
    return running;
  }

  private static @Nullable InetAddress resolve(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  private static void await(CompletableFuture<Void> done) {
    try {
      done.get(FIRST_WAIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // It goes on, and tells of its result.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
