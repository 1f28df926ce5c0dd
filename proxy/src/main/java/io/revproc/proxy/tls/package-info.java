/**
 * TLS towards clients and towards servers, with bundles of keys and certificates: the allowed versions and engines, certificates that
 * change while connections are open, and the reasons why handshakes failed. Of connections it knows only Netty's handlers.
 */
@NullMarked
package io.revproc.proxy.tls;

import org.jspecify.annotations.NullMarked;
