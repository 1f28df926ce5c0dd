package io.revproc.proxy.stats;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.revproc.proxy.route.Durations;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.PolicySums;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.ServerSums;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The figures of the proxy, its policies and its servers over the last day. {@link #tick} reads the counters; call it once a second, from one
 * thread. A policy or server gets a series with its first message, at most {@value #MAX_SERIES} of them: then the one goes that has been
 * idle for the longest, if it was for a minute. All of it takes at most 13 MB. Thread-safe.
 */
public final class History {
    /** The most policies and servers that have a series. */
    public static final int MAX_SERIES = 300;
    private static final ErrorCode[] CODES = ErrorCode.values();
    private static final int FIGURES = Figure.values().length;
    private static final int CONNECTIONS = FIGURES;
    private static final int REFUSED = FIGURES + 1;
    private static final int IDLE_SECONDS = 60;

    /** The owner of a series: a server, or a policy if there is no server. */
    private record Key(String policy, @Nullable String server) {}

    private static final class Kept {
        private final Series series = new Series(FIGURES, figure -> Figure.values()[figure].isMost());
        private long busyAt;
    }

    /** The values of the last reading. */
    private static final class Seen {
        private long ended = -1;
        private long answered;
        private long failed;
        private final long[] refused = new long[CODES.length];
        private Durations durations = Durations.NONE;
        private long round;
    }

    /** The figures of one second. */
    private static final class Second {
        private double answered;
        private double failed;
        private double p99 = Double.NaN;
        private double inFlight;
        private double waiting;

        boolean isIdle() {
            return answered == 0 && failed == 0 && inFlight == 0 && waiting == 0;
        }

        float[] values(double seconds, int length) {
            float[] values = new float[length];
            values[Figure.RATE.ordinal()] = (float) (answered / seconds);
            values[Figure.FAILED.ordinal()] = (float) (failed / seconds);
            values[Figure.P99.ordinal()] = (float) p99;
            values[Figure.IN_FLIGHT.ordinal()] = (float) inFlight;
            values[Figure.WAITING.ordinal()] = (float) waiting;
            return values;
        }
    }

    private final SwitchTable table;
    private final ListenerCounts listener;
    /** Guarded by this, as all that follows. */
    private final Series total = new Series(REFUSED + CODES.length,
            figure -> figure == CONNECTIONS || figure < FIGURES && Figure.values()[figure].isMost());
    private final Map<Key, Kept> kept = new LinkedHashMap<>();
    private final Map<Endpoint, Seen> servers = new IdentityHashMap<>();
    private final Map<PolicyLoad, Seen> policies = new IdentityHashMap<>();
    private final long[] unrouted = new long[CODES.length];
    private long lastNanos;
    private long round;

    public History(SwitchTable table, ListenerCounts listener) {
        this.table = table;
        this.listener = listener;
    }

    /**
     * Reads the counters.
     *
     * @param nanos on the scale of {@link System#nanoTime()}
     * @param now   the second that ends
     */
    public synchronized void tick(long nanos, Instant now) {
        double seconds = round == 0 ? 1 : Math.max(0.001, (nanos - lastNanos) / (double) TimeUnit.SECONDS.toNanos(1));
        long second = now.getEpochSecond();
        lastNanos = nanos;
        round++;
        Second all = new Second();
        long[] refused = new long[CODES.length];
        RouteTable routes = table.routes();
        for (PolicyRoutes policy : routes.policies()) {
            policy(policy, second, seconds, all, refused);
        }
        for (PolicyRoutes policy : routes.unserved()) {
            policy(policy, second, seconds, all, refused);
        }
        for (ErrorCode code : CODES) {
            long count = listener.refused(code);
            all.failed += count - unrouted[code.ordinal()];
            refused[code.ordinal()] += count - unrouted[code.ordinal()];
            unrouted[code.ordinal()] = count;
        }
        servers.values().removeIf(seen -> seen.round != round);
        policies.values().removeIf(seen -> seen.round != round);
        float[] values = all.values(seconds, REFUSED + CODES.length);
        values[CONNECTIONS] = listener.connections();
        for (int i = 0; i < CODES.length; i++) {
            values[REFUSED + i] = (float) (refused[i] / seconds);
        }
        total.add(second, values);
    }

    private void policy(PolicyRoutes routes, long second, double seconds, Second all, long[] refused) {
        Second sums = new Second();
        for (Endpoint endpoint : routes.endpoints()) {
            Second own = server(endpoint, refused);
            sums.answered += own.answered;
            sums.failed += own.failed;
            sums.inFlight += own.inFlight;
            keep(new Key(routes.policy().text(), endpoint.spec().id().text()), own, second, seconds);
        }
        PolicyLoad load = routes.load();
        Seen seen = policies.computeIfAbsent(load, one -> new Seen());
        seen.round = round;
        PolicySums counted = new PolicySums().add(load);
        for (ErrorCode code : CODES) {
            long count = counted.refused(code);
            sums.failed += count - seen.refused[code.ordinal()];
            refused[code.ordinal()] += count - seen.refused[code.ordinal()];
            seen.refused[code.ordinal()] = count;
        }
        sums.waiting = counted.waiting();
        if (sums.answered > 0) {
            Durations durations = counted.durations();
            sums.p99 = p99(durations.since(seen.durations));
            seen.durations = durations;
        }
        keep(new Key(routes.policy().text(), null), sums, second, seconds);
        all.answered += sums.answered;
        all.failed += sums.failed;
        all.inFlight += sums.inFlight;
        all.waiting += sums.waiting;
        all.p99 = Double.isNaN(all.p99) ? sums.p99 : Double.isNaN(sums.p99) ? all.p99 : Math.max(all.p99, sums.p99);
    }

    private Second server(Endpoint endpoint, long[] refused) {
        Second second = new Second();
        second.inFlight = endpoint.inFlight();
        Seen seen = servers.computeIfAbsent(endpoint, one -> new Seen());
        seen.round = round;
        long ended = endpoint.ended();
        // Most servers of a large table are idle at any moment: no more is read of them then.
        if (ended == seen.ended) {
            return second;
        }
        seen.ended = ended;
        ServerSums sums = new ServerSums().add(endpoint);
        long failed = sums.brokenOff() + sums.timedOut();
        second.answered = sums.answered() - seen.answered;
        second.failed = failed - seen.failed;
        seen.answered = sums.answered();
        seen.failed = failed;
        for (ErrorCode code : CODES) {
            long count = sums.refused(code);
            refused[code.ordinal()] += count - seen.refused[code.ordinal()];
            seen.refused[code.ordinal()] = count;
        }
        if (second.answered > 0) {
            Durations durations = sums.durations();
            second.p99 = p99(durations.since(seen.durations));
            seen.durations = durations;
        }
        return second;
    }

    private static double p99(Durations window) {
        return window.count() == 0 ? Double.NaN : TimeUnit.NANOSECONDS.toMicros(window.quantileNanos(0.99));
    }

    private void keep(Key key, Second second, long at, double seconds) {
        Kept own = kept.get(key);
        if (own == null) {
            if (second.isIdle() || kept.size() >= MAX_SERIES && !makeRoom(at)) {
                return;
            }
            own = new Kept();
            kept.put(key, own);
        }
        if (!second.isIdle()) {
            own.busyAt = at;
        }
        own.series.add(at, second.values(seconds, FIGURES));
    }

    /** Returns whether a series has gone that had nothing to tell for a while. */
    private boolean makeRoom(long second) {
        Key idlest = null;
        long since = second - IDLE_SECONDS;
        for (Map.Entry<Key, Kept> one : kept.entrySet()) {
            if (one.getValue().busyAt <= since) {
                since = one.getValue().busyAt;
                idlest = one.getKey();
            }
        }
        return idlest != null && kept.remove(idlest) != null;
    }

    /** Returns the figures of the whole proxy, its connections and its refusals by their code among them. */
    public synchronized Points total(Span span, Instant now) {
        Points points = points(total, span, now);
        points.figures().put("connections", total.points(span, CONNECTIONS, now.getEpochSecond()));
        for (ErrorCode code : CODES) {
            points.figures().put(code.name(), total.points(span, REFUSED + code.ordinal(), now.getEpochSecond()));
        }
        return points;
    }

    /**
     * Returns the mean of a figure of the whole proxy over the last seconds; 0 if nothing is known.
     *
     * @param now the second that ended last
     */
    public synchronized double mean(Figure figure, int seconds, Instant now) {
        return sum(total, figure.ordinal(), seconds, now) / seconds;
    }

    /** Returns how many messages were refused in the last five minutes, by code; codes without any are left out. */
    public synchronized Map<String, Long> refusals(Instant now) {
        Map<String, Long> refusals = new LinkedHashMap<>();
        for (ErrorCode code : CODES) {
            long sum = sum(total, REFUSED + code.ordinal(), now);
            if (sum > 0) {
                refusals.put(code.name(), sum);
            }
        }
        return refusals;
    }

    /** Returns how many messages came for each policy that has a series in the last five minutes, answered or not. */
    public synchronized Map<String, Long> recent(Instant now) {
        Map<String, Long> recent = new LinkedHashMap<>();
        kept.forEach((key, own) -> {
            if (key.server() == null) {
                recent.put(key.policy(), sum(own.series, Figure.RATE.ordinal(), now)
                        + sum(own.series, Figure.FAILED.ordinal(), now));
            }
        });
        return recent;
    }

    /** Returns how many messages the server answered in the last five minutes; 0 if it has no series. */
    public synchronized long recent(String policy, String server, Instant now) {
        Kept own = kept.get(new Key(policy, server));
        return own == null ? 0 : sum(own.series, Figure.RATE.ordinal(), now);
    }

    private static long sum(Series series, int figure, Instant now) {
        return Math.round(sum(series, figure, Integer.MAX_VALUE, now));
    }

    /** Adds the rates of the last seconds up, five minutes at most: there is one for each second. */
    private static double sum(Series series, int figure, int seconds, Instant now) {
        float[] points = series.points(Span.MINUTES, figure, now.getEpochSecond());
        double sum = 0;
        for (int i = Math.max(0, points.length - seconds); i < points.length; i++) {
            sum += Float.isNaN(points[i]) ? 0 : points[i];
        }
        return sum;
    }

    /** Returns the figures of those policies that had messages. */
    public synchronized Map<String, Points> policies(Span span, Instant now) {
        Map<String, Points> policies = new LinkedHashMap<>();
        kept.forEach((key, own) -> {
            if (key.server() == null) {
                policies.put(key.policy(), points(own.series, span, now));
            }
        });
        return policies;
    }

    /** Returns a policy's figures; all unknown if it had no message. */
    public Points policy(String policy, Span span, Instant now) {
        return points(new Key(policy, null), span, now);
    }

    /** Returns a server's figures; all unknown if it had no message. */
    public Points server(String policy, String server, Span span, Instant now) {
        return points(new Key(policy, server), span, now);
    }

    private synchronized Points points(Key key, Span span, Instant now) {
        Kept own = kept.get(key);
        return points(own == null ? new Kept().series : own.series, span, now);
    }

    private static Points points(Series series, Span span, Instant now) {
        long second = now.getEpochSecond();
        Map<String, float[]> figures = new LinkedHashMap<>();
        for (Figure figure : Figure.values()) {
            figures.put(figure.word(), series.points(span, figure.ordinal(), second));
        }
        long newest = Math.floorDiv(second, span.step());
        return new Points((newest - span.points() + 1) * span.step(), span.step(), figures);
    }

    /** Writes all of it, for {@link #read}. */
    public synchronized void write(DataOutputStream out) throws IOException {
        out.writeInt(CODES.length);
        total.write(out);
        out.writeInt(kept.size());
        for (Map.Entry<Key, Kept> one : kept.entrySet()) {
            out.writeUTF(one.getKey().policy());
            out.writeUTF(one.getKey().server() == null ? "" : one.getKey().server());
            out.writeLong(one.getValue().busyAt);
            one.getValue().series.write(out);
        }
    }

    /** Reads what an earlier run wrote; call it before the first {@link #tick}. */
    public synchronized void read(DataInputStream in) throws IOException {
        if (in.readInt() != CODES.length) {
            throw new IOException("its figures are of another version");
        }
        total.read(in);
        int count = in.readInt();
        if (count < 0 || count > MAX_SERIES) {
            throw new IOException("it names " + count + " series");
        }
        for (int i = 0; i < count; i++) {
            String policy = in.readUTF();
            String server = in.readUTF();
            Kept own = new Kept();
            own.busyAt = in.readLong();
            own.series.read(in);
            kept.put(new Key(policy, server.isEmpty() ? null : server), own);
        }
    }
}
