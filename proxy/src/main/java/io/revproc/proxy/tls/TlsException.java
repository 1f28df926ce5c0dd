package io.revproc.proxy.tls;

import java.io.FileNotFoundException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** TLS can't be set up. The message is one sentence for a person. */
public final class TlsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TlsException(String sentence) {
        super(sentence);
    }

    TlsException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /**
     * Returns the exception for a bundle that nobody defines.
     *
     * @param key the setting that names it
     */
    public static TlsException undefined(String key, String bundle) {
        return new TlsException(key + " names the bundle '" + bundle + "', which spring.ssl.bundle.pem." + bundle
                + " or .jks has to define");
    }

    /**
     * Returns the exception for what TLS can't be set up with.
     *
     * @param what the setting, and what it names
     */
    public static TlsException unusable(String what, Throwable cause) {
        return new TlsException(what + " can't be used (" + reason(cause) + ")", cause);
    }

    /** Returns what the first of the causes says. */
    static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String said = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return switch (root) {
            // The first two say no more than the file's name; of the other kind the JDK's own say why in brackets, the framework's don't.
            case NoSuchFileException none -> "there is no " + none.getFile();
            case AccessDeniedException denied -> "this process may not use " + denied.getFile();
            case FileNotFoundException _ when !said.endsWith(")") -> "there is no " + said;
            default -> said;
        };
    }
}
