/**
 * The conformance checks behind {@code revproc conformance}: a stand-in proxy, with which a user's own server registers or to which a
 * user's own client sends, and one check for each numbered requirement of docs/protocol.md. Plain sockets and virtual threads.
 */
@NullMarked
package io.revproc.cli.conformance;

import org.jspecify.annotations.NullMarked;
