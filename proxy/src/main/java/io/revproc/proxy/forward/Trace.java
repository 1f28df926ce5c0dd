package io.revproc.proxy.forward;

/** Where a message stands in a trace that is recorded. */
public interface Trace {
    /** The W3C {@code traceparent} that the message's next hop gets: 55 ASCII characters without anything to escape. */
    String traceparent();
}
