/**
 * How servers come into the switch table: setups of both protocols, sessions with leases (grant, renew, expire, grace), drain,
 * notices, and admission. It takes bytes and returns bytes; it does not use Netty, and callers pass in the time.
 */
@NullMarked
package io.revproc.proxy.registration;

import org.jspecify.annotations.NullMarked;
