package io.roadstead.control.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;

/** Bounds how many connections there are. Confined to the event loop. */
public final class Connections implements Handler<HttpConnection> {
  private final int most;
  private int open;

  public Connections(int most) {
    this.most = most;
  }

  @Override
  public void handle(HttpConnection connection) {
    open++;
    connection.closeHandler(_ -> open--);
    if (open > most) {
      connection.close();
    }
  }
}
