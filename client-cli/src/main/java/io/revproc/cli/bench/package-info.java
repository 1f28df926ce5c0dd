/**
 * The load generator behind {@code revproc bench}: few threads, each with a selector and its share of the connections. It
 * allocates nothing per message, since on a small machine it takes processor time away from the programs that it measures.
 */
@NullMarked
package io.revproc.cli.bench;

import org.jspecify.annotations.NullMarked;
