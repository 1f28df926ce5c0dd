/**
 * Brings a message to an endpoint and its answer back: deadlines, permits, wait queues, retries and the connections to the endpoints. A
 * message is sent again only if none of its bytes were sent, or if its client called it idempotent. Everything here belongs to one event
 * loop. The deadline wheel is our own: Netty's would cost an object and a thread's wake-up for each message.
 */
@NullMarked
package io.revproc.proxy.forward;

import org.jspecify.annotations.NullMarked;
