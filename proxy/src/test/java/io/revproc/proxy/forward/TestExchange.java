package io.revproc.proxy.forward;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;

/** A message that keeps what became of it. */
final class TestExchange extends Exchange {
    final List<String> ends = new ArrayList<>();
    /** The sentences of refusals. */
    final List<String> sentences = new ArrayList<>();

    TestExchange(PolicyRoutes routes, long deadlineNanos) {
        super(routes, 0, 10, false, 0);
        this.deadlineNanos = deadlineNanos;
    }

    TestExchange(PolicyRoutes routes, long arrivedNanos, int size, boolean idempotent) {
        super(routes, arrivedNanos, size, idempotent, 0);
    }

    /** A policy with one server, and room for so many messages that wait. */
    static PolicyRoutes policy(String name, int maxWaiting) {
        return Objects.requireNonNull(table(name, maxWaiting).routes().find(name));
    }

    /** A table with such a policy alone. */
    static SwitchTable table(String name, int maxWaiting) {
        SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, maxWaiting),
                () -> Instant.EPOCH, () -> 0);
        table.register(new EndpointSpec(Ident.of(name), Ident.of(1), InetAddress.getLoopbackAddress(), 9001, 1, false,
                1, null, 1, false, null, null), null);
        return table;
    }

    @Override
    protected void replied(byte[] bytes, int from, int to, int cutStart, int cutEnd) {
        ends.add(new String(bytes, from, cutStart - from, StandardCharsets.UTF_8)
                + new String(bytes, cutEnd, to - cutEnd, StandardCharsets.UTF_8));
    }

    @Override
    protected void refused(ErrorCode code, String sentence) {
        ends.add(code.name());
        sentences.add(sentence);
    }

    @Override
    protected void refusedByServer(ErrorCode code, String sentence, Ident server) {
        ends.add(code.name() + " by server");
        sentences.add(sentence);
    }

    @Override
    public byte[] clientId() {
        return new byte[]{'7'};
    }

    @Override
    public InetSocketAddress client() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }
}
