/**
 * The figures of the last day: of the proxy, its policies and its servers, read from the counters once a second by a thread of its own and
 * kept at three resolutions within bounds. No message pays for it.
 */
@NullMarked
package io.revproc.proxy.stats;

import org.jspecify.annotations.NullMarked;
