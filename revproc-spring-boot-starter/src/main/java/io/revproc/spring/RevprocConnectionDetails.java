package io.revproc.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Says where the proxies are. A bean of this type takes the place of {@code revproc.client.proxies}, {@code revproc.server.proxies} and,
 * if it has certificates, of the bundles; without one, the properties are what it says.
 */
public interface RevprocConnectionDetails extends ConnectionDetails {
    /** Returns the proxies that messages are sent to: {@code host:port}, or a comma list of them. */
    String getProxies();

    /** Returns the proxies that handlers are registered with, likewise: the same, unless it says otherwise. */
    default String getServerProxies() {
        return getProxies();
    }

    /** Returns the certificates to use; null: those of the properties, or plain text. */
    default @Nullable SslBundle getSslBundle() {
        return null;
    }
}
