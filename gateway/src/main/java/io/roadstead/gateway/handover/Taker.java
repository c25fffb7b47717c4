package io.roadstead.gateway.handover;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The side of a take-over that wants the port; see {@link Giver} for what is said. */
public final class Taker {
  private static final Logger log = LoggerFactory.getLogger(Taker.class);

  /** The giver may make a second taker wait for the first. */
  private static final Duration TURN = Duration.ofSeconds(20);

  private static final int MOST = 50;

  private final EventLoop loop;
  private final Meeting meeting;

  public Taker(EventLoop loop, String platform, InetSocketAddress listen) {
    this.loop = loop;
    this.meeting = new Meeting(platform, listen);
  }

  /** A running gateway's sockets, of which this process has copies now; it accepts still. */
  public static final class Offer implements AutoCloseable {
    private final Conversation giver;
    private final String pid;
    private final List<FileDescriptor> descriptors;

    Offer(Conversation giver, String pid, List<FileDescriptor> descriptors) {
      this.giver = giver;
      this.pid = pid;
      this.descriptors = List.copyOf(descriptors);
    }

    public String pid() {
      return pid;
    }

    /** They are the caller's, to be closed whether the take-over goes well or not. */
    public List<FileDescriptor> descriptors() {
      return descriptors;
    }

    /**
     * Takes the port.
     *
     * @param accept begins to accept
     * @throws IOException where the other keeps the port; it accepts then, and this is to stop
     */
    public void take(Runnable accept) throws IOException, InterruptedException {
      giver.say("ready " + ProcessHandle.current().pid());
      giver.expect("yours", Giver.STEP);
      accept.run();
      if (lastWord().equals("resumed")) {
        throw new IOException("gateway " + pid + " took its port back");
      }
    }

    /** What it says to the port being served; "" where it died, or stands still. */
    private String lastWord() throws InterruptedException {
      try {
        giver.say("serving");
      } catch (IOException e) {
        log.debug("gateway {} has ended the talk", pid, e);
      }
      try {
        return giver.hear(Giver.STEP);
      } catch (IOException e) {
        log.warn("gateway {} did not say that it leaves the port: {}", pid, e.getMessage());
        return "";
      }
    }

    @Override
    public void close() {
      giver.close();
    }
  }

  /** Whether some gateway of the platform would give the port. */
  public boolean anybody() {
    for (int number = 0; number < Meeting.PLACES; number++) {
      Optional<Conversation> there = connect(number);
      if (there.isPresent()) {
        there.get().close();
        return true;
      }
    }
    return false;
  }

  /**
   * The sockets of the next gateway that has some to give.
   *
   * @param own the giver of the asking gateway, which is left out
   * @throws IOException where one is there that does not give them
   */
  public Optional<Offer> ask(Giver own) throws IOException, InterruptedException {
    int asked = 0;
    for (int number = 0; number < Meeting.PLACES; number++) {
      Optional<Conversation> there = number == own.place() ? Optional.empty() : connect(number);
      if (there.isPresent()) {
        Optional<Offer> offer = ask(there.get());
        if (offer.isPresent()) {
          return offer;
        }
        if (++asked == MOST) {
          throw new IOException("asked " + MOST + " times, and each time it went to another");
        }
        // Its port went to another meanwhile, which may be at a place that was looked at before.
        number = -1;
      }
    }
    return Optional.empty();
  }

  /** What it offers; nothing where its port has gone to another. */
  private Optional<Offer> ask(Conversation giver) throws IOException, InterruptedException {
    boolean offered = false;
    try {
      giver.say("take " + Giver.VERSION + " " + meeting.platform());
      String[] words = firstWord(giver).split(" ", 3);
      if (words[0].equals("gone")) {
        return Optional.empty();
      }
      if (!words[0].equals("listeners") || words.length < 3) {
        throw new IOException("it said: " + String.join(" ", words));
      }
      giver.expectDescriptors();
      giver.say("send");
      List<FileDescriptor> descriptors = giver.descriptors(Integer.parseInt(words[1]), Giver.STEP);
      offered = true;
      return Optional.of(new Offer(giver, words[2], descriptors));
    } catch (NumberFormatException e) {
      throw new IOException("it said how many sockets it has in no number", e);
    } finally {
      if (!offered) {
        giver.close();
      }
    }
  }

  private static String firstWord(Conversation giver) throws IOException, InterruptedException {
    try {
      return giver.hear(TURN);
    } catch (IOException e) {
      if (giver.ended()) {
        return "gone";
      }
      throw e;
    }
  }

  /** A talk with the gateway at one of the places, if one of this user is there. */
  private Optional<Conversation> connect(int number) {
    Conversation conversation = new Conversation();
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channelFactory(EpollDomainSocketChannel::new)
            .handler(conversation)
            .connect(meeting.place(number))
            .awaitUninterruptibly();
    if (!connected.isSuccess()) {
      return Optional.empty();
    }
    try {
      if (Meeting.trusts(conversation.user())) {
        return Optional.of(conversation);
      }
      log.warn("a process of another user stands where the port's gateway would: it is left alone");
    } catch (IOException e) {
      log.debug("a gateway went while it was asked", e);
    }
    conversation.close();
    return Optional.empty();
  }
}
