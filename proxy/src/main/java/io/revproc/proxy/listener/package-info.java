/**
 * The client side: accepts connections, finds the messages in their bytes, hands them on, and writes the answers in order. It stops
 * reading from a client that does not take its answers. The PROXY protocol is read by our own {@link io.revproc.proxy.listener.ProxyHeader}:
 * {@code netty-codec-haproxy} closes the connection before the peer can be told why, and accepts things that the protocol does not have.
 */
@NullMarked
package io.revproc.proxy.listener;

import org.jspecify.annotations.NullMarked;
