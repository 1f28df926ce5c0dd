package io.revproc.proxy.etcd;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The etcd that several proxies share. Used with {@code revproc.store=etcd}.
 *
 * @param endpoints     the addresses of etcd's members, {@code http://host:2379} or {@code https://…}, tried in turn
 * @param prefix        the beginning of all keys in etcd. Proxies with the same prefix share one table
 * @param leaseTtl      how long the servers of a proxy that died stay in the other proxies' tables; 3 s to 10 min. They
 *                      use this time to register with another proxy. etcd removes the entries of a proxy that it has not
 *                      heard of for so long
 * @param timeout       the time after which a request to etcd fails and the next member is asked; 100 ms to 1 min. A
 *                      shorter time finds a hanging member sooner, a longer one tolerates a slow disk
 * @param startWait     how long the start waits for the table in etcd. After that the proxy starts without it
 * @param caCertificate a PEM file with the authorities of etcd's certificate; only with https
 * @param certificate   a PEM file with the proxy's own certificate, if etcd asks for one
 * @param privateKey    a PEM file with the key of that certificate
 * @param username      the user's name, if etcd has authentication
 * @param password      the password of that user
 */
public record EtcdSettings(
        List<String> endpoints,
        String prefix,
        Duration leaseTtl,
        Duration timeout,
        Duration startWait,
        @Nullable String caCertificate, @Nullable String certificate, @Nullable String privateKey,
        @Nullable String username, @Nullable String password) {

    public EtcdSettings {
        endpoints = List.copyOf(endpoints);
        boolean tls = false;
        for (String endpoint : endpoints) {
            tls = uri(endpoint).getScheme().equals("https");
        }
        if (!prefix.endsWith("/")) {
            prefix = prefix + "/";
        }
        if ((certificate == null) != (privateKey == null)) {
            throw wrong("certificate and private-key belong together; set both or none");
        }
        if ((username == null) != (password == null)) {
            throw wrong("username and password belong together; set both or none");
        }
        if (!tls && (caCertificate != null || certificate != null)) {
            throw wrong("certificates are of no use with http; write the endpoints as https://host:2379");
        }
    }

    /** @throws IllegalArgumentException with a sentence for a person */
    List<URI> uris() {
        return endpoints.stream().map(EtcdSettings::uri).toList();
    }

    private static URI uri(String text) {
        try {
            URI uri = new URI(text.strip());
            if (uri.getScheme() != null && uri.getScheme().matches("https?") && uri.getHost() != null
                    && uri.getPort() > 0 && uri.getPort() <= 65_535 && uri.getUserInfo() == null
                    && (uri.getPath().isEmpty() || uri.getPath().equals("/"))) {
                return new URI(uri.getScheme(), null, uri.getHost(), uri.getPort(), null, null, null);
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw wrong("endpoints: '" + text.replaceAll("//[^/]*@", "//…@")
                + "' is not an address of etcd; write http://host:2379");
    }

    private static IllegalArgumentException wrong(String sentence) {
        return new IllegalArgumentException("revproc.store.etcd." + sentence);
    }

    /** Without the password: this may end in a log. */
    @Override
    public String toString() {
        return "EtcdSettings[endpoints=" + endpoints + ", prefix=" + prefix + ", username=" + username + "]";
    }
}
