package io.revproc.proxy.access;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Certificates that a rule covers, by a subject alternative name: a DNS name ({@code client.example.org}, or {@code *.example.org} for exactly one
 * label more) or a URI ({@code spiffe://prod/servers/1}, or {@code spiffe://prod/servers/*} for all that begin so). A common name counts for
 * nothing. Says nothing on whether the certificate is to be trusted: that is the handshake's. Immutable.
 */
public final class SanPattern {
    private static final int DNS = 2;
    private static final int URI = 6;

    private final String text;
    private final boolean uri;

    private SanPattern(String text, boolean uri) {
        this.text = text;
        this.uri = uri;
    }

    /** @throws IllegalArgumentException with a sentence that says what is wrong */
    public static SanPattern of(String pattern) {
        boolean uri = pattern.contains("://");
        boolean fine = uri
                ? pattern.matches("[A-Za-z][A-Za-z0-9+.-]*://[^*\\s/]+(/[^*\\s]*\\*?)?")
                : pattern.matches("(\\*\\.)?[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*") && !pattern.equals("*.");
        if (!fine || pattern.length() > 1024) {
            throw new IllegalArgumentException(
                    "'" + pattern + "' is not a pattern of names in certificates; write a DNS "
                            + "name, *.example.org, or a URI, spiffe://prod/servers/*");
        }
        return new SanPattern(uri ? pattern : pattern.toLowerCase(Locale.ROOT), uri);
    }

    /** Returns whether one of the certificate's own names is covered. */
    public boolean matches(X509Certificate certificate) {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return false;
        }
        if (names == null) {
            return false;
        }
        for (List<?> name : names) {
            if (name.get(0) instanceof Integer kind && kind == (uri ? URI : DNS) && name.get(1) instanceof String value
                    && covers(value)) {
                return true;
            }
        }
        return false;
    }

    private boolean covers(String name) {
        if (uri) {
            // A path that climbs could leave the part that was meant.
            return text.endsWith("*")
                    ? name.startsWith(text.substring(0, text.length() - 1)) && !name.contains("/../")
                            && !name.endsWith("/..")
                    : name.equals(text);
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (!text.startsWith("*.")) {
            return lower.equals(text);
        }
        int dot = lower.indexOf('.');
        return dot > 0 && !lower.startsWith("*") && lower.substring(dot).equals(text.substring(1));
    }

    @Override
    public String toString() {
        return text;
    }
}
