/** TLS with certificates from PEM files: by the JDK alone, for blocking sockets and for the load generator's channels. */
@NullMarked
package io.revproc.cli.tls;

import org.jspecify.annotations.NullMarked;
