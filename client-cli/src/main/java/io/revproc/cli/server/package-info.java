/**
 * The quick policy server behind {@code revproc server}, for trying things: plain sockets and virtual threads, SHA-1 or the
 * output of a command as the answer. The product's own policy server is another module.
 *
 * <p>It does not use the library's {@code PolicyServer}, since a command for trying things has to start at once: from
 * nothing to registered it takes 0.14 s of processor time with plain sockets and 0.38 s (NIO) to 0.47 s (io_uring) with the library, and
 * the ahead-of-time cache, which every {@code revproc send} maps as well, would grow from 15 to 25 MB (docs/performance.md). The
 * conformance checks run on both.
 */
@NullMarked
package io.revproc.cli.server;

import org.jspecify.annotations.NullMarked;
