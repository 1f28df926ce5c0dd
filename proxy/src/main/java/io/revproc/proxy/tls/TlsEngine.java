package io.revproc.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.revproc.transport.NettyDefaults;

/** The TLS library that is used. */
public enum TlsEngine {
    /** BoringSSL where it works, else the JDK. */
    AUTO,
    /** BoringSSL, which the proxy brings for Linux on x86-64 and aarch64. */
    OPENSSL,
    /** The JDK's own. */
    JDK;

    static {
        // Contexts are made before the listener's transport is chosen, so this is where Netty is first met.
        NettyDefaults.set();
        // A client of TLS 1.2 could have us do handshakes without end; TLS 1.3 has none but the first.
        if (System.getProperty("jdk.tls.rejectClientInitiatedRenegotiation") == null) {
            System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        }
    }

    /** @throws TlsException if it was asked for and does not work here */
    SslProvider provider() {
        if (this != JDK && OpenSsl.isAvailable()) {
            return SslProvider.OPENSSL;
        }
        if (this == OPENSSL) {
            throw new TlsException("TLS with engine=openssl is not available on this machine; use auto or jdk");
        }
        return SslProvider.JDK;
    }
}
