package io.revproc.proxy.listener;

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import io.revproc.proxy.registration.Registrar;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the listener: no more accepting, no more messages, all owed replies, then notices to the servers. Blocks. Each wait has a limit,
 * for the reason that {@link io.revproc.wire.ThreadEnd} gives.
 */
final class Drain {
    private static final Logger log = LoggerFactory.getLogger(TcpListener.class);
    private static final long CHECK_INTERVAL_MILLIS = 20;
    /** A message that was on its way when the drain began gets at least this long to arrive and be refused. */
    private static final long QUIET_PERIOD_MILLIS = 200;
    /** What ends at once as a rule gets so long. */
    static final long STOP_MILLIS = 2_000;

    private final ListenerSettings settings;
    private final Registrar registrar;
    private final List<ListenerLoop> loops;

    Drain(ListenerSettings settings, Registrar registrar, List<ListenerLoop> loops) {
        this.settings = settings;
        this.registrar = registrar;
        this.loops = loops;
    }

    /** @param connections how many there are, for the log */
    void run(int connections, @Nullable Channel server, @Nullable UnixSocket unix, @Nullable EventLoopGroup group)
            throws InterruptedException {
        log.info("event=draining connections={}", connections);
        Thread.sleep(settings.shutdownWait());
        if (server != null) {
            server.close().await(STOP_MILLIS);
        }
        if (unix != null) {
            unix.close();
        }
        loops.forEach(loop -> loop.context.loop().execute(loop::drain));
        int unanswered = awaitReplies();
        registrar.notices(Message.Notice.Event.SHUTDOWN);
        loops.forEach(loop -> loop.context.loop().execute(loop::closeAll));
        if (group != null) {
            group.shutdownGracefully(QUIET_PERIOD_MILLIS, STOP_MILLIS, TimeUnit.MILLISECONDS).await(2 * STOP_MILLIS);
        }
        log.info("event=stopped unanswered={}", unanswered);
    }

    /** Returns how many replies are owed still when the time is over. */
    private int awaitReplies() throws InterruptedException {
        long start = System.nanoTime();
        long end = start + settings.shutdownGrace().toNanos();
        long quiet = Math.min(end, start + TimeUnit.MILLISECONDS.toNanos(QUIET_PERIOD_MILLIS));
        int owed = owed();
        while (owed > 0 && System.nanoTime() - end < 0 || System.nanoTime() - quiet < 0) {
            Thread.sleep(CHECK_INTERVAL_MILLIS);
            owed = owed();
        }
        return owed;
    }

    private int owed() {
        int owed = 0;
        for (ListenerLoop loop : loops) {
            Future<Integer> asked = loop.context.loop().submit(loop::owed);
            // one that does not answer may owe something
            owed += asked.awaitUninterruptibly(STOP_MILLIS) ? asked.getNow() : 1;
        }
        return owed;
    }
}
