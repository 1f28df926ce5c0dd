/**
 * Connections from clients and from servers to proxies: addresses, connecting, TLS, and the time between attempts. Only
 * {@code ProxyAddress} is meant for users of the library; the rest may change in any version.
 */
@NullMarked
package io.revproc.client.connect;

import org.jspecify.annotations.NullMarked;
