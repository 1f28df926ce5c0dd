package io.revproc.proxy.forward;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Counts what becomes of the messages of one event loop, at their servers and policies. */
final class LoopCounters implements ForwardObserver {
    private final int loop;

    /** @param loop the event loop's number, from 0 */
    LoopCounters(int loop) {
        this.loop = loop;
    }

    @Override
    public void forwarding(Exchange message, Endpoint endpoint, byte[] bytes, int from, int to) {
        if (message.widened(endpoint) != null) {
            message.routes.load().countWidened(endpoint.spec().policy());
        }
    }

    @Override
    public void replied(Exchange message, Endpoint endpoint, byte[] bytes, int from, int to, long now) {
        endpoint.tally(loop).answered(now - message.sentNanos, message.size, to - from);
        message.routes.load().durations(loop).record(now - message.arrivedNanos);
    }

    @Override
    public void refused(Exchange message, @Nullable Endpoint endpoint, ErrorCode code, String sentence, long now) {
        if (endpoint == null) {
            message.routes.load().countRefused(code);
        } else {
            endpoint.tally(loop).refused(code);
        }
    }

    @Override
    public void cancelled(Exchange message, long now) {
        message.routes.load().countCancelled();
    }

    @Override
    public void unreachable(Endpoint endpoint) {
        endpoint.tally(loop).unreachable();
    }

    @Override
    public void failed(Endpoint endpoint, ErrorCode code, long nanos) {
        endpoint.tally(loop).failed(code);
    }

    @Override
    public void cut(Delivery message, Endpoint endpoint, long nanos) {
        endpoint.tally(loop).cut();
    }

    @Override
    public void notServed(Endpoint endpoint, boolean present) {
        endpoint.tally(loop).notServed();
    }
}
