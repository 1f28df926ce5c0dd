/**
 * The access log: a line for each message, or for a share of them, without payloads. Off by default.
 * Event loops put entries into a bounded queue and never wait; a separate thread writes them. The package also takes a sample of the
 * messages for people who watch the dashboard.
 */
@NullMarked
package io.revproc.proxy.accesslog;

import org.jspecify.annotations.NullMarked;
