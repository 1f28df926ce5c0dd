package io.revproc.proxy.forward;

import io.revproc.transport.HeldMemory;

/**
 * The bounds on memory that the forwarders of all event loops share.
 *
 * @param kept    what is kept of messages
 * @param answers what is held of servers' answers that are not complete
 */
public record ForwardBounds(KeptMessages kept, HeldMemory answers) {}
