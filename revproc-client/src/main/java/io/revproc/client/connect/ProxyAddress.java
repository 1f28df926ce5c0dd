package io.revproc.client.connect;

import java.util.Arrays;
import java.util.List;

import io.revproc.wire.HostPort;

/**
 * Where a proxy takes registrations.
 *
 * @param host a name or an IP address, IPv6 without brackets
 * @param port 1 to 65535
 */
public record ProxyAddress(String host, int port) {
    /**
     * Reads {@code 8123}, {@code host:8123} or {@code [::1]:8123}.
     *
     * @param text        what a person wrote
     * @param defaultHost the host if the text names none
     * @throws IllegalArgumentException with a sentence for a person
     */
    public static ProxyAddress parse(String text, String defaultHost) {
        String trimmed = text.strip();
        int colon = trimmed.lastIndexOf(':');
        String host = colon < 0 ? defaultHost : trimmed.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0 && colon >= 0) {
            throw new IllegalArgumentException("'" + trimmed + "' needs brackets around its IPv6 address: [::1]:8123");
        }
        if (host.isBlank()) {
            throw new IllegalArgumentException("'" + trimmed + "' has no host before its port");
        }
        return new ProxyAddress(host, port(trimmed, trimmed.substring(colon + 1)));
    }

    /**
     * Reads a comma list of what {@link #parse} reads.
     *
     * @throws IllegalArgumentException with a sentence for a person
     */
    public static List<ProxyAddress> parseAll(String text, String defaultHost) {
        return Arrays.stream(text.split(",", -1)).map(one -> parse(one, defaultHost)).toList();
    }

    private static int port(String whole, String digits) {
        try {
            int port = Integer.parseInt(digits);
            if (port >= 1 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // the same sentence as for a number that is no port
        }
        throw new IllegalArgumentException("'" + whole + "' is not a port (1 to 65535) or host:port");
    }

    @Override
    public String toString() {
        return HostPort.text(host, port);
    }
}
