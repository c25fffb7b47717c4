package io.roadstead.eureka;

import io.roadstead.registry.Registration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What thousands of registrations say alike, kept once: names of services and zones, keys of
 * metadata, often all of the metadata. Parsers make a new text of each word; with a hundred
 * thousand instances that is a third of the registry's memory.
 *
 * <p>A table of fixed size, in which what is newer takes the place of what is older: a client that
 * sends ever new words costs the others some sharing, and no memory. Thread-safe without a lock: a
 * race ends in two copies of a word.
 */
final class SharedWords {
  private static final int SLOTS = 16 * 1024;
  private static final int LONGEST = 64;
  private static final int MOST_ENTRIES = 16;

  private final AtomicReferenceArray<@Nullable Object> table = new AtomicReferenceArray<>(SLOTS);

  /**
   * The same registration, with shared words, and with those of the instance's last one where it
   * says the same: an instance that registers again and again leaves little to collect.
   *
   * @param last its last one, or null
   */
  Registration in(Registration own, @Nullable Registration last) {
    EurekaInfo lastInfo =
        last != null && last.attachment() instanceof EurekaInfo info ? info : null;
    return new Registration(
        last == null ? shared(own.service()) : same(own.service(), last.service()),
        last == null ? own.id() : same(own.id(), last.id()),
        last == null ? own.host() : same(own.host(), last.host()),
        last == null ? own.ipAddress() : same(own.ipAddress(), last.ipAddress()),
        own.port(),
        own.secure(),
        own.status(),
        own.weight(),
        last != null && last.metadata().equals(own.metadata())
            ? last.metadata()
            : metadata(own.metadata()),
        of(own.lease()),
        own.attachment() instanceof EurekaInfo info ? in(info, lastInfo) : own.attachment());
  }

  private static String same(String fresh, String last) {
    return fresh.equals(last) ? last : fresh;
  }

  private static @Nullable String url(@Nullable String fresh, @Nullable String last) {
    return fresh != null && fresh.equals(last) ? last : fresh;
  }

  private EurekaInfo in(EurekaInfo info, @Nullable EurekaInfo last) {
    return new EurekaInfo(
        info.overriddenStatus(),
        info.port(),
        info.portEnabled(),
        info.securePort(),
        info.securePortEnabled(),
        info.countryId(),
        known(info.sid()),
        info.dataCenter(),
        info.renewalIntervalSeconds(),
        info.durationSeconds(),
        known(info.appGroupName()),
        url(info.homePageUrl(), last == null ? null : last.homePageUrl()),
        url(info.statusPageUrl(), last == null ? null : last.statusPageUrl()),
        url(info.healthCheckUrl(), last == null ? null : last.healthCheckUrl()),
        url(info.secureHealthCheckUrl(), last == null ? null : last.secureHealthCheckUrl()),
        known(info.vipAddress()),
        known(info.secureVipAddress()),
        info.coordinating(),
        info.lastDirtyMillis(),
        info.action(),
        known(info.asgName()));
  }

  private Map<String, String> metadata(Map<String, String> own) {
    Map<String, String> words = HashMap.newHashMap(own.size());
    own.forEach((key, value) -> words.put(shared(key), shared(value)));
    Map<String, String> copy = Map.copyOf(words);
    return copy.size() <= MOST_ENTRIES && bounded(copy) ? of(copy) : copy;
  }

  private static boolean bounded(Map<String, String> entries) {
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      if (entry.getKey().length() > LONGEST || entry.getValue().length() > LONGEST) {
        return false;
      }
    }
    return true;
  }

  private @Nullable String known(@Nullable String word) {
    return word == null ? null : shared(word);
  }

  private String shared(String word) {
    return word.length() <= LONGEST ? of(word) : word;
  }

  /** An equal object that is kept already, or this one, which then is. */
  @SuppressWarnings("unchecked") // equal texts, lengths of time and maps of texts are of one type
  private <T> T of(T one) {
    int hash = one.hashCode() * 0x9E3779B9;
    int slot = hash >>> 18; // the upper 14 bits: one of SLOTS
    Object kept = table.get(slot);
    if (kept != null && kept.equals(one)) {
      return (T) kept;
    }
    table.set(slot, one);
    return one;
  }
}
