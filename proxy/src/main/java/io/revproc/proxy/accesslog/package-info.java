/**
 * The access log: a line for each message, or for a share of them, without payloads. Off by default.
 * Event loops put entries into a bounded queue and never wait; a thread of its own writes them. And a sample of the messages for who
 * watches the dashboard.
 */
@NullMarked
package io.revproc.proxy.accesslog;

import org.jspecify.annotations.NullMarked;
