/**
 * TLS on both kinds of connections: towards the proxy, where we register, and on the data port, with the same certificate. What a
 * certificate is, and when it changes, is said from outside.
 */
@NullMarked
package io.revproc.server.secure;

import org.jspecify.annotations.NullMarked;
