/**
 * Keeps one registration session with the proxy for each policy: sets up, sends heartbeats, registers anew when the session
 * is lost, takes its leave at shutdown. The decisions are pure functions ({@code SessionRules}); the socket is elsewhere.
 * Not meant for users of the library; may change in any version.
 */
@NullMarked
package io.revproc.server.registration;

import org.jspecify.annotations.NullMarked;
