package io.roadstead.gateway.handover;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The side of a take-over that has the port. It waits for one that wants it, and then they speak:
 *
 * <pre>
 *   taker                          giver
 *   take 1 PLATFORM
 *                                  listeners N PID        or: refused WHY, gone
 *   send
 *                                  N descriptors          both have the sockets, the giver accepts
 *   ready
 *                                  (stops accepting)      connections wait in the sockets' queues
 *                                  yours
 *   (accepts)
 *   serving
 *                                  (closes its copies)    left
 * </pre>
 *
 * Whatever happens before {@code serving} was heard, the taker's death included, the giver accepts
 * again as if nothing had been; it says {@code resumed} to a taker that still listens. After it the
 * taker serves, whatever becomes of the giver. There is no moment at which a connection could find
 * no socket, and none in which sockets are closed that anybody has connections waiting in.
 *
 * <p>One taker at a time: a second waits, and is told that the port has {@code gone} to the first.
 */
public final class Giver implements AutoCloseable {
  /** What is given. The calls come one at a time, and may block for moments. */
  public interface Port {
    List<FileDescriptor> descriptors();

    /** When this returns no connection is accepted any more. */
    void pause();

    void resume();

    /** Another accepts now: closes the sockets here. */
    void release(String to);

    /** The other knows that it has the port: nothing more is to be given here. */
    void leave();
  }

  static final String VERSION = "1";
  static final Duration STEP = Duration.ofSeconds(5);
  private static final Duration TURN = Duration.ofSeconds(15);
  private static final Logger log = LoggerFactory.getLogger(Giver.class);

  private final EventLoop loop;
  private final Meeting meeting;
  private final Port port;
  private final Semaphore turn = new Semaphore(1);
  private volatile boolean gone;
  private volatile int place = -1;
  private @Nullable Channel channel;

  public Giver(EventLoop loop, String platform, InetSocketAddress listen, Port port) {
    this.loop = loop;
    this.meeting = new Meeting(platform, listen);
    this.port = port;
  }

  /** Begins to wait; false where no place was to be had. */
  public boolean start() {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop)
            .channelFactory(EpollServerDomainSocketChannel::new)
            .childHandler(
                new ChannelInitializer<EpollDomainSocketChannel>() {
                  @Override
                  protected void initChannel(EpollDomainSocketChannel connection)
                      throws IOException {
                    welcome(connection);
                  }
                });
    for (int number = 0; number < Meeting.PLACES; number++) {
      ChannelFuture bound = bootstrap.bind(meeting.place(number)).awaitUninterruptibly();
      if (bound.isSuccess()) {
        channel = bound.channel();
        place = number;
        return true;
      }
    }
    return false;
  }

  /** Which of the places it has, or -1. */
  int place() {
    return place;
  }

  private void welcome(EpollDomainSocketChannel connection) throws IOException {
    if (!Meeting.trusts(connection.peerCredentials().uid())) {
      var _ = connection.close();
      return;
    }
    Conversation conversation = new Conversation();
    connection.pipeline().addLast(conversation);
    Thread.ofVirtual().name("gateway-handover").start(() -> talk(conversation));
  }

  private void talk(Conversation taker) {
    boolean given = false;
    try (taker) {
      String[] words = taker.hear(STEP).split(" ", -1);
      if (words.length != 3 || !words[0].equals("take") || !words[1].equals(VERSION)) {
        taker.say("refused this gateway speaks version " + VERSION + " of the take-over");
      } else if (!words[2].equals(meeting.platform())) {
        taker.say("refused this gateway is of another platform");
      } else if (!turn.tryAcquire(TURN.toMillis(), TimeUnit.MILLISECONDS)) {
        taker.say("refused another take-over is under way");
      } else {
        given = turn(taker);
      }
    } catch (IOException | RuntimeException e) {
      log.debug("a talk about the port has ended early", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (given) {
      port.leave();
    }
  }

  /** Returns whether the port is the taker's now. */
  private boolean turn(Conversation taker) throws IOException, InterruptedException {
    try {
      if (gone) {
        taker.say("gone");
        return false;
      }
      give(taker);
      // Whoever waits for its turn is to find the other, and this one no more.
      close();
      return true;
    } finally {
      turn.release();
    }
  }

  private void give(Conversation taker) throws IOException, InterruptedException {
    List<FileDescriptor> descriptors = port.descriptors();
    taker.say("listeners " + descriptors.size() + " " + ProcessHandle.current().pid());
    taker.expect("send", STEP);
    taker.send(descriptors);
    String[] ready = taker.hear(STEP).split(" ", -1);
    if (!ready[0].equals("ready")) {
      throw new IOException("heard '" + ready[0] + "' instead of 'ready'");
    }
    String to = ready.length > 1 ? ready[1] : "?";
    try {
      port.pause();
      taker.say("yours");
      taker.expect("serving", STEP);
      gone = true;
    } finally {
      if (!gone) {
        port.resume();
        tell(taker, "resumed");
        log.warn("gateway {} began to take the port over and did not go on: it is kept", to);
      }
    }
    port.release(to);
    tell(taker, "left");
  }

  /** The last word, to one that may have died meanwhile. */
  private static void tell(Conversation taker, String word) throws InterruptedException {
    try {
      taker.say(word);
    } catch (IOException e) {
      log.debug("the gateway that takes the port over has gone", e);
    }
  }

  @Override
  public void close() {
    gone = true;
    Channel open = channel;
    if (open != null) {
      open.close().awaitUninterruptibly();
    }
  }
}
