package io.roadstead.platform.bench.gateway;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.roadstead.platform.Refused;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Counts what the threads of another JVM allocate on its heap, to the byte: the JVM's own counters,
 * asked over its management connection. What that connection allocates itself is left out.
 */
final class Allocation implements AutoCloseable {
  private final JMXConnector connector;
  private final ThreadMXBean threads;

  private Allocation(JMXConnector connector, ThreadMXBean threads) {
    this.connector = connector;
    this.threads = threads;
  }

  @SuppressWarnings("BanJNDI") // The other side is the JVM that this benchmark has started.
  static Allocation of(ProcessHandle process) throws IOException {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
      String address;
      try {
        address = machine.startLocalManagementAgent();
      } finally {
        machine.detach();
      }
      JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address));
      MBeanServerConnection beans = connector.getMBeanServerConnection();
      return new Allocation(
          connector,
          ManagementFactory.newPlatformMXBeanProxy(
              beans, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class));
    } catch (AttachNotSupportedException e) {
      throw Refused.because("what process " + process.pid() + " allocates cannot be asked: " + e);
    }
  }

  /** What the threads that live now have allocated since they began. */
  long bytes() {
    long[] ids = threads.getAllThreadIds();
    ThreadInfo[] infos = threads.getThreadInfo(ids);
    long[] bytes = threads.getThreadAllocatedBytes(ids);
    long sum = 0;
    for (int i = 0; i < ids.length; i++) {
      ThreadInfo info = infos[i];
      if (info != null && bytes[i] > 0 && !management(info.getThreadName())) {
        sum += bytes[i];
      }
    }
    return sum;
  }

  private static boolean management(String thread) {
    return thread.startsWith("RMI ")
        || thread.startsWith("JMX ")
        || thread.equals("Attach Listener");
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
