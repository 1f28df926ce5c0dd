package tpm;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A quote: TPMS_ATTEST of the TPM 2.0 library specification, part 2. Of the many forms that the standard allows, it reads one: the key's
 * names, the qualifying data and the digest are SHA-256, and the PCRs are one selection of the SHA-256 bank. All else is refused.
 *
 * @param qualifyingData what the TPM was asked to sign with it
 * @param pcrs           the PCRs, as {@code 0,2,4,7}
 * @param digest         the SHA-256 of their values, in hexadecimal
 */
record Quote(byte[] qualifyingData, String pcrs, String digest) {
    /** Only a TPM begins what it signs with this: a key that is restricted signs nothing from outside that does. */
    private static final int TPM_GENERATED_VALUE = 0xff544347;
    private static final int TPM_ST_ATTEST_QUOTE = 0x8018;
    private static final int SHA256 = 32;
    private static final int PCR_BYTES = 3;
    /** Every field of the one form has a fixed size. */
    private static final int SIZE = 145;

    static Quote parse(byte[] attest) throws Refusal {
        check(attest.length == SIZE);
        ByteBuffer in = ByteBuffer.wrap(attest);
        check(in.getInt() == TPM_GENERATED_VALUE);
        check(u16(in) == TPM_ST_ATTEST_QUOTE);
        ByteBuffer signer = ByteBuffer.wrap(sized(in, 2 + SHA256));
        check(u16(signer) == TpmSignature.SHA256);
        byte[] qualifyingData = sized(in, SHA256);
        in.position(in.position() + 8 + 4 + 4); // clock, resetCount, restartCount: without a challenge they prove nothing
        check((in.get() & 0xfe) == 0); // safe: yes or no
        in.position(in.position() + 8); // firmwareVersion
        check(in.getInt() == 1); // selections
        check(u16(in) == TpmSignature.SHA256);
        check(in.get() == PCR_BYTES);
        int selected = in.get() & 0xff | (in.get() & 0xff) << 8 | (in.get() & 0xff) << 16;
        check(selected != 0);
        byte[] digest = sized(in, SHA256);
        check(!in.hasRemaining());
        return new Quote(qualifyingData, IntStream.range(0, 8 * PCR_BYTES).filter(pcr -> (selected >> pcr & 1) == 1)
                .mapToObj(Integer::toString).collect(Collectors.joining(",")), HexFormat.of().formatHex(digest));
    }

    /** Returns whether this text's SHA-256 was signed with it. */
    boolean isOf(byte[] text) {
        try {
            return MessageDigest.isEqual(MessageDigest.getInstance("SHA-256").digest(text), qualifyingData);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] sized(ByteBuffer in, int size) throws Refusal {
        check(u16(in) == size);
        byte[] value = new byte[size];
        in.get(value);
        return value;
    }

    static int u16(ByteBuffer in) {
        return in.getShort() & 0xffff;
    }

    static void check(boolean good) throws Refusal {
        if (!good) {
            throw new Refusal("quote-not-readable", null);
        }
    }
}
