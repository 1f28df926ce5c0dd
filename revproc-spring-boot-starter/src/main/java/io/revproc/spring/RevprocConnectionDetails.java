package io.revproc.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/** Says where the proxies are. A bean of this type takes the place of the properties, for a client and for handlers. */
public interface RevprocConnectionDetails extends ConnectionDetails {
    /** Returns the proxies: {@code host:port}, or a comma list of them. */
    String getProxies();

    /** Returns the certificates to use; null: those of the properties, or plain text. */
    default @Nullable SslBundle getSslBundle() {
        return null;
    }
}
