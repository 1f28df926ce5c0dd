/**
 * The terminal client: one class per command, picocli for the arguments, plain sockets, no framework. It is a process per
 * message for many users, so that what is not needed for the command at hand is not loaded: {@code send} has a connection of its own
 * rather than the library's client, for which Netty would have to start. The conformance checks of clients run on it too.
 */
@NullMarked
package io.revproc.cli;

import org.jspecify.annotations.NullMarked;
