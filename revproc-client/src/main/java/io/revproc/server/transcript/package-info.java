/**
 * The lines that the first program of this protocol printed, for people who compare sessions with its listing. Off unless
 * asked for, because these lines hold payloads.
 * Not meant for users of the library; may change in any version.
 */
@NullMarked
package io.revproc.server.transcript;

import org.jspecify.annotations.NullMarked;
