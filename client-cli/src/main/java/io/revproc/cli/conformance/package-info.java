/**
 * The conformance checks behind {@code revproc conformance}: a stand-in proxy that somebody's own server registers at, or that
 * somebody's own client sends to, and the numbered requirements of docs/protocol.md as checks. Plain sockets and virtual threads.
 */
@NullMarked
package io.revproc.cli.conformance;

import org.jspecify.annotations.NullMarked;
