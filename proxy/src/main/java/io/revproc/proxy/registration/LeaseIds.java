package io.revproc.proxy.registration;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;

/** New lease ids that nobody can guess: 128 random bits as 22 characters. Thread-safe. */
public final class LeaseIds implements Supplier<String> {
    private final SecureRandom random = new SecureRandom();

    @Override
    public String get() {
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }
}
