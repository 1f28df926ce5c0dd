package tpm;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;

/** A signature of a TPM: TPMT_SIGNATURE of the TPM 2.0 library specification, part 2. RSASSA, or ECDSA on P-256, with SHA-256. */
final class TpmSignature {
    static final int SHA256 = 0x000b;
    private static final int RSASSA = 0x0014;
    private static final int ECDSA = 0x0018;
    private static final int NUMBER = 32;

    private TpmSignature() {
    }

    /** Returns whether it is the key's, of these bytes. */
    static boolean isOf(PublicKey key, byte[] signed, byte[] signature) throws Refusal {
        boolean elliptic = key instanceof ECPublicKey;
        ByteBuffer in = ByteBuffer.wrap(signature);
        Quote.check(in.remaining() >= 6);
        Quote.check(Quote.u16(in) == (elliptic ? ECDSA : RSASSA));
        Quote.check(Quote.u16(in) == SHA256);
        byte[] plain;
        if (elliptic) {
            plain = new byte[2 * NUMBER];
            number(in, plain, NUMBER);
            number(in, plain, 2 * NUMBER);
        } else {
            plain = Quote.sized(in, in.remaining() - 2);
        }
        Quote.check(!in.hasRemaining());
        try {
            Signature verifier = Signature.getInstance(elliptic ? "SHA256withECDSAinP1363Format" : "SHA256withRSA");
            verifier.initVerify(key);
            verifier.update(signed);
            return verifier.verify(plain);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Reads a number of at most 32 bytes into those before the end. */
    private static void number(ByteBuffer in, byte[] into, int end) throws Refusal {
        Quote.check(in.remaining() >= 2);
        int size = Quote.u16(in);
        Quote.check(size >= 1 && size <= NUMBER && size <= in.remaining());
        in.get(into, end - size, size);
    }
}
