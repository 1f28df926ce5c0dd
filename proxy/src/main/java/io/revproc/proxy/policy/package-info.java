/**
 * The rules on who may serve which policy: declared policies, grants with their terms, and what becomes of a setup or an entry under them
 * at a moment. Decisions are pure: rules, statement and time come in, an answer goes out. Knows no Netty.
 */
@NullMarked
package io.revproc.proxy.policy;

import org.jspecify.annotations.NullMarked;
