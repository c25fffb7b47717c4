package io.roadstead.gateway.forward;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/**
 * A range of addresses: {@code 10.0.0.0/8}, {@code fd00::/8}, or one address. Immutable.
 *
 * @param address its first bits count
 * @param bits how many of them
 */
@SuppressWarnings("ArrayRecordComponent") // compared by its values, below
public record Cidr(byte[] address, int bits) {
  /** Reads one; nothing where it is none, or has bits set beyond its length. */
  public static Optional<Cidr> parse(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
    if (address == null || host.indexOf('%') >= 0) {
      return Optional.empty();
    }
    int bits = address.length * 8;
    if (slash >= 0) {
      String length = text.substring(slash + 1);
      if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > bits) {
        return Optional.empty();
      }
      bits = Integer.parseInt(length);
    }
    Cidr range = new Cidr(address, bits);
    byte[] first = address.clone();
    for (int bit = bits; bit < address.length * 8; bit++) {
      first[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    return Arrays.equals(first, address) ? Optional.of(range) : Optional.empty();
  }

  public boolean contains(InetAddress other) {
    byte[] bytes = other.getAddress();
    if (bytes.length != address.length) {
      return false;
    }
    int whole = bits / 8;
    for (int i = 0; i < whole; i++) {
      if (bytes[i] != address[i]) {
        return false;
      }
    }
    int mask = 0xff << (8 - bits % 8) & 0xff;
    return bits % 8 == 0 || (bytes[whole] & mask) == (address[whole] & mask);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cidr that && bits == that.bits && Arrays.equals(address, that.address);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(address) * 31 + bits;
  }

  @Override
  public String toString() {
    return NetUtil.bytesToIpAddress(address) + "/" + bits;
  }
}
