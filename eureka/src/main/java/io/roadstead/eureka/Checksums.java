package io.roadstead.eureka;

/**
 * The CRC-32 of bytes that stand one after the other, from the checksums of the parts: without
 * reading ten megabytes again because a few have changed.
 *
 * <p>To append {@code n} bytes multiplies the polynomial before them by x<sup>8n</sup>, modulo the
 * polynomial of CRC-32 (as zlib's {@code crc32_combine} does). Polynomials are held with the
 * highest bit as x<sup>0</sup>.
 */
final class Checksums {
  private static final int POLYNOMIAL = 0xEDB88320;
  private static final int ONE = 0x80000000;

  /** x to the power of 2<sup>k</sup>, by k. */
  private static final int[] POWERS = powers();

  private Checksums() {}

  private static int[] powers() {
    int[] powers = new int[32];
    powers[0] = ONE >>> 1;
    for (int k = 1; k < powers.length; k++) {
      powers[k] = product(powers[k - 1], powers[k - 1]);
    }
    return powers;
  }

  /**
   * @param length of the second part, in bytes
   */
  static int joined(int first, int second, int length) {
    int shift = ONE;
    int k = 3; // bits in a byte
    for (int left = length; left != 0; left >>>= 1, k++) {
      if ((left & 1) != 0) {
        shift = product(POWERS[k & 31], shift);
      }
    }
    return product(shift, first) ^ second;
  }

  private static int product(int some, int others) {
    int sum = 0;
    int factor = others;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((some & bit) != 0) {
        sum ^= factor;
      }
      factor = (factor & 1) != 0 ? factor >>> 1 ^ POLYNOMIAL : factor >>> 1;
    }
    return sum;
  }
}
