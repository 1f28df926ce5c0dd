/**
 * The switch table: which policy is served by which endpoints, and the endpoints themselves: their immutable state, their counters,
 * and the permits that bound what is in flight. One writer, {@link io.revproc.proxy.route.SwitchTable}, publishes immutable snapshots
 * that the event loops read without a lock. It uses neither Netty nor Spring, and reads no clock.
 */
@NullMarked
package io.revproc.proxy.route;

import org.jspecify.annotations.NullMarked;
