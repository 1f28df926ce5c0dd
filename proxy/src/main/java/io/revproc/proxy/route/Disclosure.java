package io.revproc.proxy.route;

/**
 * What is taken down of a policy's messages: who sent one, when, to which server. Immutable.
 *
 * @param record    whether the delivery record holds them
 * @param accessLog whether the access log, the dashboard's sample and the log's lines on refused clients name them
 * @param trace     whether they are traced
 */
public record Disclosure(boolean record, boolean accessLog, boolean trace) {
    /** All of it, where the settings want it at all. */
    public static final Disclosure ALL = new Disclosure(true, true, true);
}
