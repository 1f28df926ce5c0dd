/**
 * The terminal client: one class per command, picocli for the arguments, plain sockets, no framework. It is a process per
 * message for many users, so that what is not needed for the command at hand is not loaded.
 */
@NullMarked
package io.revproc.cli;

import org.jspecify.annotations.NullMarked;
