package io.revproc.cli;

import java.net.URI;
import java.util.regex.Pattern;

/** Addresses of HTTP servers as people write them. */
final class HttpAddress {
    private static final Pattern HOST_AND_PORT = Pattern.compile("(?:[\\w.-]+|\\[[0-9A-Fa-f:.]+]):\\d{1,5}(?:/.*)?");
    private static final int MAX_PORT = 65_535;
    /** The clause that says of a text that it is none. */
    static final String COMPLAINT = "is not an address of HTTP; write http://HOST:PORT or https://HOST:PORT";

    private HttpAddress() {}

    /**
     * Returns the address. {@code HOST:PORT} without a scheme is one of plain HTTP.
     *
     * @throws IllegalArgumentException if it is no address; the sentence says what to write
     */
    static URI of(String text) {
        URI uri;
        try {
            uri = URI.create(isHostAndPort(text) ? "http://" + text : text);
        } catch (IllegalArgumentException e) {
            throw wrong(text);
        }
        if (!("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
                || uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > MAX_PORT) {
            throw wrong(text);
        }
        return uri;
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException("'" + Style.safe(text) + "' " + COMPLAINT);
    }

    /** Returns whether the text is {@code HOST:PORT} without a scheme, perhaps with a path. */
    static boolean isHostAndPort(String text) {
        return HOST_AND_PORT.matcher(text).matches();
    }
}
