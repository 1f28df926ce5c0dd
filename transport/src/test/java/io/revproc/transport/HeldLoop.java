package io.revproc.transport;

import java.util.concurrent.CountDownLatch;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

/** An event loop that does nothing by itself: a turn ends when the test says so. */
public final class HeldLoop implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final CountDownLatch released = new CountDownLatch(1);
    private final LoopContext context;

    public HeldLoop() {
        EventLoop loop = (EventLoop) group.next();
        loop.execute(() -> {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        context = new LoopContext(0, loop, Transport.NIO);
    }

    public LoopContext context() {
        return context;
    }

    @Override
    public void close() {
        group.shutdownGracefully();
        released.countDown();
    }
}
