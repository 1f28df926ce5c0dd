/**
 * Brings a message to an endpoint and its answer back: deadline, permit, wait queue, retry only where nothing was sent, and
 * the connections to the endpoints. Everything here belongs to one event loop. The deadline wheel is our own: Netty's would cost an object
 * and a thread's wake-up for each message.
 */
@NullMarked
package io.revproc.proxy.forward;

import org.jspecify.annotations.NullMarked;
