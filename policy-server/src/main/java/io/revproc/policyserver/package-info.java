/** The policy server's entry point, and the code that connects its parts. */
@NullMarked
package io.revproc.policyserver;

import org.jspecify.annotations.NullMarked;
