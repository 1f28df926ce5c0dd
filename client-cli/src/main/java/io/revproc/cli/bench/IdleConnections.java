package io.revproc.cli.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Connections that are opened and say nothing, to see what they cost the other side. */
public final class IdleConnections implements AutoCloseable {
    private static final int CONNECT_MILLIS = 3_000;
    private static final int PATIENCE = 10;

    private final List<SocketChannel> open = new ArrayList<>();
    private int failed;

    private IdleConnections() {}

    /** Opens as many as it gets; gives up after ten failures in a row. */
    public static IdleConnections open(List<InetSocketAddress> targets, int count) {
        IdleConnections idle = new IdleConnections();
        int inARow = 0;
        for (int i = 0; i < count && inARow < PATIENCE; i++) {
            try {
                SocketChannel channel = SocketChannel.open();
                idle.open.add(channel);
                channel.socket().connect(targets.get(i % targets.size()), CONNECT_MILLIS);
                channel.configureBlocking(false);
                inARow = 0;
            } catch (IOException e) {
                idle.failed++;
                inARow++;
            }
        }
        return idle;
    }

    /** Holds them. */
    public void hold(Duration duration) throws InterruptedException {
        Thread.sleep(duration);
    }

    /** Returns how many the other side has not closed. */
    public int alive() {
        ByteBuffer buffer = ByteBuffer.allocate(1);
        int alive = 0;
        for (SocketChannel channel : open) {
            try {
                alive += channel.isConnected() && channel.read(buffer.clear()) == 0 ? 1 : 0;
            } catch (IOException e) {
                // Not alive.
            }
        }
        return alive;
    }

    public int failed() {
        return failed;
    }

    @Override
    public void close() {
        for (SocketChannel channel : open) {
            try {
                channel.close();
            } catch (IOException e) {
                // It is of no use any more either way.
            }
        }
    }
}
