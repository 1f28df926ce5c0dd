/**
 * TLS at both ends of the proxy, by Spring's SSL bundles: which versions and engines, certificates that change while connections are
 * open, what a handshake failed of. Knows connections only as Netty's handlers.
 */
@NullMarked
package io.revproc.proxy.tls;

import org.jspecify.annotations.NullMarked;
