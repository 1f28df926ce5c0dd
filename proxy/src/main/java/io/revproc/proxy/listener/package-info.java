/**
 * The client side: connections are accepted, messages framed, sent on, and their answers written in order. Reading stops
 * where a client does not take its answers. The PROXY protocol is read by our own {@link io.revproc.proxy.listener.ProxyHeader}:
 * {@code netty-codec-haproxy} closes before a peer can be told why, and takes what the protocol does not have.
 */
@NullMarked
package io.revproc.proxy.listener;

import org.jspecify.annotations.NullMarked;
