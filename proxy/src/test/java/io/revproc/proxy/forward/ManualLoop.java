package io.revproc.proxy.forward;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.revproc.transport.LoopContext;
import io.revproc.transport.Transport;

/** An event loop that the test's own thread turns. What is scheduled on it waits until the test lets time pass. */
final class ManualLoop implements AutoCloseable {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final ManualIoEventLoop loop = new ManualIoEventLoop(null, Thread.currentThread(),
            NioIoHandler.newFactory(), ticker);
    private final LoopContext context = new LoopContext(0, loop, Transport.NIO);

    LoopContext context() {
        return context;
    }

    /** Does all that is to be done now. */
    void turn() {
        while (loop.runNow() > 0) {
            // until nothing is left
        }
    }

    void pass(Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
        turn();
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        while (!loop.isTerminated()) {
            // its quiet time passes on its own clock
            ticker.advance(1, TimeUnit.SECONDS);
            loop.runNow();
        }
    }
}
