package io.revproc.proxy.tls;

import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Locale;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;

/** The reason of a failed handshake, as far as it can be told. Each engine reports it in its own words. */
public enum HandshakeFailure {
    /** The handshake took too long. */
    TIMEOUT,
    /** The other end speaks something else. */
    NOT_TLS,
    /** The other end left. */
    CLOSED,
    /** The other end showed no certificate. */
    NO_CERTIFICATE,
    /** The other end's certificate is not valid any more. */
    CERTIFICATE_EXPIRED,
    /** The other end's certificate is not trusted, or not the one that is expected. */
    CERTIFICATE_REFUSED,
    /** The other end speaks no version that is allowed. */
    VERSION,
    /** The other end broke off, and said so: it does not trust us, or speaks no version of ours. */
    ALERT,
    /** Anything else. */
    OTHER;

    private static final int DEEPEST = 16;

    /** Returns its name in logs and metrics: {@code not-tls}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns what a failure is, and never repeats what was received: an exception's message may hold it. */
    public static HandshakeFailure of(Throwable failure) {
        HandshakeFailure first = OTHER;
        int depth = 0;
        for (Throwable at = failure; at != null && depth < DEEPEST; at = at.getCause(), depth++) {
            HandshakeFailure known = known(at);
            if (known == CERTIFICATE_EXPIRED) {
                // lies below the one that says that the certificate is refused
                return known;
            }
            first = first == OTHER ? known : first;
        }
        return first;
    }

    private static HandshakeFailure known(Throwable at) {
        return switch (at) {
            case SslHandshakeTimeoutException late -> TIMEOUT;
            case NotSslRecordException other -> NOT_TLS;
            case ClosedChannelException gone -> CLOSED;
            case CertificateExpiredException old -> CERTIFICATE_EXPIRED;
            case CertificateException refused -> CERTIFICATE_REFUSED;
            default -> worded(String.valueOf(at.getMessage()).toLowerCase(Locale.ROOT));
        };
    }

    private static HandshakeFailure worded(String words) {
        if (words.contains("peer_did_not_return_a_certificate") || words.contains("empty client certificate chain")) {
            return NO_CERTIFICATE;
        }
        if (words.contains("_alert_") || words.contains("received fatal alert")) {
            return ALERT;
        }
        if (words.contains("unsupported_protocol") || words.contains("protocol_version")) {
            return VERSION;
        }
        return words.contains("connection closed") ? CLOSED : OTHER;
    }
}
