package io.roadstead.control.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds how many connections there are, and how long each may keep the platform waiting. Confined
 * to the event loop.
 */
public final class Connections implements Handler<HttpConnection> {
  /** The handler of Vert.x's that takes requests. */
  private static final String REQUESTS = "handler";

  private final int most;
  private final ConnectionTimes times;
  private final Together together = new Together();
  private final Map<Channel, Patience> open = new HashMap<>();

  public Connections(int most, ConnectionTimes times) {
    this.most = most;
    this.times = times;
  }

  /** Begins to look for those that keep it waiting. Called on the event loop. */
  public void start(Vertx vertx) {
    vertx.setPeriodic(times.period().toMillis(), _ -> check());
  }

  @Override
  public void handle(HttpConnection connection) {
    // Vert.x has time-outs of silence only, which would end quiet streams and spare slow heads.
    Channel channel = ((ConnectionBase) connection).channel();
    if (open.size() >= most) {
      refuse(channel);
      return;
    }
    Patience patience = new Patience(times, channel.eventLoop().ticker());
    patience.watch(channel, REQUESTS, together);
    open.put(channel, patience);
    channel.closeFuture().addListener(_ -> open.remove(channel));
  }

  /** Whatever it may ask for: its request is not read. */
  private void refuse(Channel channel) {
    Answer answer =
        new Refusal(
                503,
                "too-many-connections",
                most
                    + " connections are open, no more are taken: use fewer, or raise the limit of"
                    + " open files (\"roadstead doctor\" tells it)")
            .header("Retry-After", "5")
            .answer();
    ChannelHandlerContext out = channel.pipeline().firstContext();
    var _ =
        out.writeAndFlush(Unpooled.wrappedBuffer(answer.closingHead(), answer.body()))
            .addListener(ChannelFutureListener.CLOSE);
  }

  private void check() {
    // Closing one takes it out of the map at once.
    for (Map.Entry<Channel, Patience> each : Map.copyOf(open).entrySet()) {
      each.getValue().check(each.getKey());
    }
  }
}
