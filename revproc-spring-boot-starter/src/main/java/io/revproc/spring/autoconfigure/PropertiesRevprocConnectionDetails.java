package io.revproc.spring.autoconfigure;

import io.revproc.spring.RevprocConnectionDetails;
import org.jspecify.annotations.Nullable;

/** What the properties say of where the proxies are. */
record PropertiesRevprocConnectionDetails(RevprocClientProperties client, RevprocServerProperties server)
        implements
            RevprocConnectionDetails {
    private static final String DEFAULT_PROXY = "127.0.0.1:8123";

    @Override
    public String getProxies() {
        return said(client.proxies(), DEFAULT_PROXY);
    }

    @Override
    public String getServerProxies() {
        return said(server.proxies(), getProxies());
    }

    private static String said(@Nullable String proxies, String otherwise) {
        return proxies == null || proxies.isBlank() ? otherwise : proxies;
    }
}
