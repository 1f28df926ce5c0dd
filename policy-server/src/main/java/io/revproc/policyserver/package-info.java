/** Entry point and wiring. */
@NullMarked
package io.revproc.policyserver;

import org.jspecify.annotations.NullMarked;
