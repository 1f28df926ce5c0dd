/**
 * How servers come into the switch table: setups of both protocols, sessions with leases (grant, renew, expire, grace), drain,
 * notices, and who is admitted. Bytes in, bytes out; knows no Netty, and time is handed in.
 */
@NullMarked
package io.revproc.proxy.registration;

import org.jspecify.annotations.NullMarked;
