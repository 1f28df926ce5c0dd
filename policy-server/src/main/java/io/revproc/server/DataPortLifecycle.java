package io.revproc.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoopGroup;
import io.revproc.server.answer.DataPort;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/** Opens the data port before everything else and closes it after everything else. */
final class DataPortLifecycle implements SmartLifecycle {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final DataPort dataPort;
    private final EventLoopGroup eventLoops;
    private volatile boolean running;

    DataPortLifecycle(DataPort dataPort, EventLoopGroup eventLoops) {
        this.dataPort = dataPort;
        this.eventLoops = eventLoops;
    }

    @Override
    public void start() {
        try {
            dataPort.open();
            running = true;
        } catch (RuntimeException e) {
            stop();
            throw e;
        }
    }

    @Override
    public void stop() {
        running = false;
        dataPort.close(CLOSE_LIMIT);
        // a short quiet time: what is closing may still have something to say on its loop
        eventLoops.shutdownGracefully(50, 1000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before the web server, whose port being taken must not leave a registration behind. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1;
    }
}
