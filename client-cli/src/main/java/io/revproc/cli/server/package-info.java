/**
 * The quick policy server behind {@code revproc server}, for trying things: plain sockets and virtual threads, SHA-1 or the
 * output of a command as the answer. The product's own policy server is another module.
 */
@NullMarked
package io.revproc.cli.server;

import org.jspecify.annotations.NullMarked;
