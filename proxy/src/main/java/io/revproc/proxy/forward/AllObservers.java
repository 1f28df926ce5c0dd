package io.revproc.proxy.forward;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.MessageFields;
import org.jspecify.annotations.Nullable;

/** Tells several observers of each message, in order. */
final class AllObservers implements ForwardObserver {
    private final ForwardObserver[] each;

    /** @param each not changed afterwards */
    AllObservers(ForwardObserver[] each) {
        this.each = each;
    }

    @Override
    public void arrived(Exchange message, byte[] bytes, MessageFields fields) {
        for (ForwardObserver observer : each) {
            observer.arrived(message, bytes, fields);
        }
    }

    @Override
    public void forwarding(Exchange message, Endpoint endpoint, byte[] bytes, int from, int to) {
        for (ForwardObserver observer : each) {
            observer.forwarding(message, endpoint, bytes, from, to);
        }
    }

    @Override
    public void sent(Exchange message) {
        for (ForwardObserver observer : each) {
            observer.sent(message);
        }
    }

    @Override
    public void replied(Exchange message, Endpoint endpoint, byte[] bytes, int from, int to, long now) {
        for (ForwardObserver observer : each) {
            observer.replied(message, endpoint, bytes, from, to, now);
        }
    }

    @Override
    public void refused(Exchange message, @Nullable Endpoint endpoint, ErrorCode code, String sentence, long now) {
        for (ForwardObserver observer : each) {
            observer.refused(message, endpoint, code, sentence, now);
        }
    }

    @Override
    public void cancelled(Exchange message, long now) {
        for (ForwardObserver observer : each) {
            observer.cancelled(message, now);
        }
    }

    @Override
    public void refused(RefusedMessage message) {
        for (ForwardObserver observer : each) {
            observer.refused(message);
        }
    }

    @Override
    public void unreachable(Endpoint endpoint) {
        for (ForwardObserver observer : each) {
            observer.unreachable(endpoint);
        }
    }

    @Override
    public void answered(Endpoint endpoint, long nanos) {
        for (ForwardObserver observer : each) {
            observer.answered(endpoint, nanos);
        }
    }

    @Override
    public void failed(Endpoint endpoint, ErrorCode code, long nanos) {
        for (ForwardObserver observer : each) {
            observer.failed(endpoint, code, nanos);
        }
    }

    @Override
    public void notServed(Endpoint endpoint, boolean present) {
        for (ForwardObserver observer : each) {
            observer.notServed(endpoint, present);
        }
    }

    @Override
    public void delivered(Delivery message, Endpoint endpoint, @Nullable ErrorCode failure, long nanos) {
        for (ForwardObserver observer : each) {
            observer.delivered(message, endpoint, failure, nanos);
        }
    }

    @Override
    public void cut(Delivery message, Endpoint endpoint, long nanos) {
        for (ForwardObserver observer : each) {
            observer.cut(message, endpoint, nanos);
        }
    }

    @Override
    public void done(Delivery message) {
        for (ForwardObserver observer : each) {
            observer.done(message);
        }
    }
}
