package io.revproc.record.tlog;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;

/** Checks signatures, by the JDK's provider. */
public final class Ed25519 {
    private Ed25519() {}

    /** Returns whether the private half of the key signed these bytes; false as well for what is no signature. */
    public static boolean verify(PublicKey key, byte[] message, byte[] signature) {
        try {
            Signature check = Signature.getInstance("Ed25519");
            check.initVerify(key);
            check.update(message);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
