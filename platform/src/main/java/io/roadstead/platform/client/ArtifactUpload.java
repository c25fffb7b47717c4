package io.roadstead.platform.client;

import io.roadstead.platform.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A jar on this machine and the digest of its bytes.
 *
 * @param sha256 64 lower-case hex digits
 */
public record ArtifactUpload(Path file, String sha256) {
  /** Reads the jar; refused where that cannot be done or it is no jar. */
  public static ArtifactUpload of(Path file) {
    if (!Files.exists(file)) {
      throw Refused.because("there is no jar at " + file + ": build it, or correct the path");
    }
    if (!Files.isRegularFile(file)) {
      throw Refused.because(file + " is not a file: name the jar itself");
    }
    if (!Files.isReadable(file)) {
      throw Refused.because(file + " cannot be read: check its permissions");
    }
    try (InputStream in = Files.newInputStream(file)) {
      if (in.read() != 'P' || in.read() != 'K') {
        throw Refused.because(
            file + " is not a jar: for another kind of program use a command instead");
      }
    } catch (IOException e) {
      throw Refused.because(file + " cannot be read: " + e.getMessage());
    }
    try (DigestInputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      byte[] buffer = new byte[1 << 16];
      while (in.read(buffer) >= 0) {
        // Reading is what fills the digest.
      }
      return new ArtifactUpload(file, HexFormat.of().formatHex(in.getMessageDigest().digest()));
    } catch (IOException e) {
      throw Refused.because(file + " cannot be read: " + e.getMessage());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  public void send(ControlClient client) {
    client.upload(sha256, file);
  }
}
