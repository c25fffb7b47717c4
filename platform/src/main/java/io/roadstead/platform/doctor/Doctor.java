package io.roadstead.platform.doctor;

import io.roadstead.platform.HostPort;
import io.roadstead.platform.client.ControlClient;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at everything that Roadstead needs: the machine, the data directory, the platform. It works
 * whether a platform runs or not, changes nothing, and tells no secret.
 */
public final class Doctor {
  private Doctor() {}

  /**
   * @param data the data directory, which need not be there
   * @param client of the platform, which need not be there
   * @param gateway where the gateway listens, or would
   * @param searchPath the folders in which programs are looked for, as in {@code PATH}
   */
  public static List<Finding> look(
      Path data, ControlClient client, HostPort gateway, String searchPath, InstantSource wall) {
    Machine machine = new Machine(Path.of("/"));
    DataChecks directory = new DataChecks(data, machine, wall);
    List<Finding> all = new ArrayList<>();
    all.addAll(new MachineChecks(machine, searchPath).all());
    all.addAll(directory.all());
    all.addAll(new PlatformChecks(client, machine, directory).all(gateway));
    return all;
  }
}
