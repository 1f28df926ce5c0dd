package io.revproc;

import io.revproc.proxy.tls.ForwardTls;
import io.revproc.proxy.tls.ListenerTls;
import org.jspecify.annotations.Nullable;

/**
 * TLS at both ends of the proxy.
 *
 * @param listener of connections that are accepted; null: they are plain text
 * @param forward  of connections to servers that want it; null: there can be none
 */
record TlsEnds(@Nullable ListenerTls listener, @Nullable ForwardTls forward) {}
