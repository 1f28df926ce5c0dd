package io.revproc.policyserver;

import io.netty.handler.ssl.ClientAuth;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * TLS, {@code policy-server.tls.*}.
 *
 * @param bundle     the name of an SSL bundle, spring.ssl.bundle.pem.NAME. Its key store has the certificate that the
 *                   proxy sees at the registration and on the data port, its trust store the proxy's authority. Default:
 *                   none, and connections are plain text
 * @param clientAuth whether the proxy has to show a certificate on the data port. none: no; want: it is checked if it
 *                   does; need: it must
 * @param verifyHost whether the proxy's certificate must name the host with which the server registers
 * @param allowTls12 whether TLS 1.2 is allowed besides TLS 1.3
 */
record TlsProperties(@Nullable String bundle, @DefaultValue("need") ClientAuthentication clientAuth,
        @DefaultValue("true") boolean verifyHost, @DefaultValue("false") boolean allowTls12) {
    /** The rule whether the peer shows a certificate: it is not asked for one, it may, it must. */
    enum ClientAuthentication {
        NONE, WANT, NEED;

        ClientAuth asNetty() {
            return this == NONE ? ClientAuth.NONE : this == WANT ? ClientAuth.OPTIONAL : ClientAuth.REQUIRE;
        }
    }
}
