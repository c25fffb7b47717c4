package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.ForbiddenPlaces;
import io.roadstead.registry.Status;
import io.roadstead.registry.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** What a new version of the registry leaves as it was. */
class WorldBuilderTest {
  private final FakeView view = new FakeView();
  private final WorldBuilder builder =
      new WorldBuilder(
          GatewayConfig.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "test"),
          new ForbiddenPlaces(_ -> false, Ticker.system()),
          new AddressBook(Ticker.system(), () -> {}));

  private World world() {
    return builder.build(view.snapshot());
  }

  @Test
  void heartbeatsAndInstancesMakeNoNewTable() {
    view.route("app", "", "/a", true).up("app", "1", 20_001);
    World first = world();
    assertThat(world()).as("a heartbeat").isSameAs(first);
    view.up("app", "2", 20_002);
    World second = world();
    assertThat(second).isNotSameAs(first);
    assertThat(second.routes()).as("an instance came").isSameAs(first.routes());
    view.status("app", "1", Status.DRAINING);
    assertThat(world().routes()).as("one drains").isSameAs(first.routes());
    view.remove("app", "1");
    assertThat(world().routes()).as("it went").isSameAs(first.routes());
    view.route("app", "", "/b", true);
    assertThat(world().routes()).as("a route came").isNotSameAs(first.routes());
  }
}
