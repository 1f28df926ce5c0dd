/**
 * The wire protocol as plain Java: messages, framing, codec, error codes. Shared by the proxy, the policy server and the
 * client; knows no Spring and no Netty.
 */
@NullMarked
package io.revproc.wire;

import org.jspecify.annotations.NullMarked;
