/** The real proxy inside a test's own process: {@link io.revproc.test.InProcessProxy}, and for Spring {@link io.revproc.test.RevprocTest}. */
@NullMarked
package io.revproc.test;

import org.jspecify.annotations.NullMarked;
