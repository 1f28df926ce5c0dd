/**
 * The rules on who may serve which policy: declared policies, grants with their terms, and the decision on a setup or an
 * entry at one moment. Decisions are pure functions of the rules, the server's statement and the time. It does not use Netty.
 */
@NullMarked
package io.revproc.proxy.policy;

import org.jspecify.annotations.NullMarked;
