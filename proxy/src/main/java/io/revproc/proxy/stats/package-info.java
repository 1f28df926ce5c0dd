/**
 * The figures of the last day, of the proxy, its policies and its servers. A separate thread reads the counters once a second and keeps
 * the figures at three resolutions, within bounds. Forwarding a message costs nothing more for it.
 */
@NullMarked
package io.revproc.proxy.stats;

import org.jspecify.annotations.NullMarked;
