/**
 * A small certificate authority for trying things out: keys and signatures are the JDK's, which has no public way to put a
 * certificate together; that is done here, in as much DER as it takes.
 */
@NullMarked
package io.revproc.certs;

import org.jspecify.annotations.NullMarked;
