/**
 * Keeps one registration session with the proxy for each policy: it registers, sends heartbeats, registers again when the
 * session is lost, and deregisters at shutdown. The decisions are pure functions ({@code SessionRules}), apart from the socket.
 * Not meant for users of the library; may change in any version.
 */
@NullMarked
package io.revproc.server.registration;

import org.jspecify.annotations.NullMarked;
