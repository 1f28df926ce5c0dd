package io.revproc.client;

import org.jspecify.annotations.Nullable;

/**
 * The state of one of the kept connections, for health checks and people.
 *
 * @param proxy     {@code host:port} that it is, or was last, connected to
 * @param connected whether it stands. Connections are made when there is something to send
 * @param reason    why it does not stand, for a person; null if it does
 */
public record ProxyConnection(String proxy, boolean connected, @Nullable String reason) {}
