/**
 * The switch table: which policy is served by which endpoints. One writer publishes immutable snapshots that the event
 * loops read without a lock. Knows no Netty, no Spring and no clock.
 */
@NullMarked
package io.revproc.proxy.route;

import org.jspecify.annotations.NullMarked;
