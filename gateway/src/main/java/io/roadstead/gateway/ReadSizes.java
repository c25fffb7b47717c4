package io.roadstead.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * How much is read at once: as much as the connection was seen to send, and little while the budget
 * is spent.
 */
final class ReadSizes implements RecvByteBufAllocator {
  private final RecvByteBufAllocator adaptive = new AdaptiveRecvByteBufAllocator();
  private final BufferBudget budget;

  ReadSizes(BufferBudget budget) {
    this.budget = budget;
  }

  @Override
  @SuppressWarnings("deprecation") // What the interface asks for; Netty wants the subtype.
  public Handle newHandle() {
    return new Size((ExtendedHandle) adaptive.newHandle(), budget);
  }

  private static final class Size extends DelegatingHandle implements ExtendedHandle {
    private final ExtendedHandle adaptive;
    private final BufferBudget budget;

    Size(ExtendedHandle adaptive, BufferBudget budget) {
      super(adaptive);
      this.adaptive = adaptive;
      this.budget = budget;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return budget.spent() ? allocator.ioBuffer(guess()) : super.allocate(allocator);
    }

    @Override
    public int guess() {
      int size = super.guess();
      return budget.spent() ? Math.min(size, BufferBudget.PIECE) : size;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      return adaptive.continueReading(maybeMoreData);
    }
  }
}
