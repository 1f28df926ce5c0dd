/** What the proxies that share a table know of each other: what each says of itself, and which of them are gone. */
@NullMarked
package io.revproc.proxy.peers;

import org.jspecify.annotations.NullMarked;
