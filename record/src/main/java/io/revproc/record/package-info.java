/**
 * The delivery record as plain Java: the format of its segment files, hash chain, signed checkpoints, signed receipts, and their
 * verification. Shared by the proxy, which writes, and the command line, which verifies; knows no Spring and no Netty.
 */
@NullMarked
package io.revproc.record;

import org.jspecify.annotations.NullMarked;
