package io.revproc.cli;

/** Advises what to do when a TLS handshake fails. */
final class TlsAdvice {
    static final String TRY_TLS = "the proxy may want TLS: try --tls, and --cacert FILE for an authority of your own";

    /** The first byte of TLS's alert, then its major version. No message begins so. */
    private static final byte ALERT = 0x15;
    private static final byte MAJOR = 3;

    private TlsAdvice() {}

    /** Returns whether an answer to plain text is TLS's refusal of it. */
    static boolean isAlert(byte[] bytes, int length) {
        return length >= 2 && bytes[0] == ALERT && bytes[1] == MAJOR;
    }

    /**
     * Returns what is wrong and what to do, for a person.
     *
     * @param reason    what the JDK says
     * @param certified whether we have a certificate of our own
     */
    static String sentence(String reason, boolean certified) {
        if (reason.contains("PKIX") || reason.contains("trustAnchors")) {
            return "no authority that is trusted here has signed the proxy's certificate; name the one that has with "
                    + "--cacert FILE";
        }
        if (reason.contains("certificate_required") || !certified && isRefusalOfNone(reason)) {
            return "the proxy wants a certificate of this client; name one with --cert FILE and its key with --key FILE";
        }
        if (reason.contains("plaintext connection") || reason.contains("Unsupported or unrecognized SSL message")) {
            return "the proxy does not speak TLS there; leave out --tls, --cacert, --cert and --key";
        }
        return Style.safe(reason);
    }

    /** With TLS 1.2 there is no word of its own for it. */
    private static boolean isRefusalOfNone(String reason) {
        return reason.contains("bad_certificate") || reason.contains("handshake_failure");
    }
}
