package io.revproc.record;

import java.util.Base64;

/** Text around bytes of a key. */
final class Pem {
    private Pem() {}

    /** @throws IllegalArgumentException if there is no such block */
    static byte[] decode(String pem, String begin, String end) {
        int from = pem.indexOf(begin);
        int to = pem.indexOf(end);
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("it has no '" + begin + "'");
        }
        return Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
    }
}
