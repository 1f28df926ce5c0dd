/**
 * The terminal client: one class per command, picocli for the arguments, plain sockets, no framework. Many users
 * start one process per message, so a command loads only what it needs: {@code send} has a connection of its own instead of the library's
 * client, for which Netty would have to start. The conformance checks of clients run on it too.
 */
@NullMarked
package io.revproc.cli;

import org.jspecify.annotations.NullMarked;
