package io.revproc.record;

import java.util.Base64;

/** Text around bytes of a key. */
final class Pem {
    private Pem() {}

    /** @throws IllegalArgumentException if there is no such block */
    static byte[] decode(String pem, String begin, String end) {
        int from = pem.indexOf(begin);
        int to = from < 0 ? -1 : pem.indexOf(end, from + begin.length());
        if (to < 0) {
            throw new IllegalArgumentException("it has no '" + begin + "' with its end");
        }
        try {
            return Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("what follows '" + begin + "' is not whole", e);
        }
    }
}
