/**
 * The wire protocol as plain Java: messages, framing, codec, error codes. The proxy, the policy server and the clients
 * share it. It uses neither Spring nor Netty.
 */
@NullMarked
package io.revproc.wire;

import org.jspecify.annotations.NullMarked;
