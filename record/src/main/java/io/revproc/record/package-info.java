/**
 * The delivery record as plain Java: the format of its segment files, hash chain, signed checkpoints, signed receipts, and their
 * verification. The proxy writes records with it, and the command line verifies them. It uses neither Spring nor Netty.
 */
@NullMarked
package io.revproc.record;

import org.jspecify.annotations.NullMarked;
