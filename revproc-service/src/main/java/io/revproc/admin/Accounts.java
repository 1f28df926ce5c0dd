package io.revproc.admin;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;

import io.revproc.admin.AdminProperties.Role;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.bcrypt.BCrypt;

/**
 * Tells whose a secret is. Tokens are compared in constant time; a password costs its hash's work once, and little after that.
 * How many such hashes are computed at a time is bounded, so that guessing costs the proxy no more than that. Thread-safe.
 */
final class Accounts {
    private static final int MAX_CHECKS = 2;
    private static final long PATIENCE_MILLIS = 2_000;

    /** Somebody who was recognised. */
    record Account(String name, Role role) {}

    /** Too many passwords are being checked already. */
    static final class BusyException extends RuntimeException {
        BusyException() {
            super("Too many passwords are being checked at the moment; try again in a few seconds", null, false, false);
        }
    }

    private record Known(Account account, byte[] secret) {}

    private final List<Known> tokens = new ArrayList<>();
    private final Map<String, Account> users = new HashMap<>();
    private final Map<String, String> hashes = new HashMap<>();
    /** The hashes of all users. An unknown name is checked against one of them. */
    private final List<String> costs = new ArrayList<>();
    private final BiPredicate<String, String> bcrypt;
    private final byte[] salt = new byte[32];
    /** Digests of the passwords that were right, at most one a user. */
    private final Map<String, byte[]> right = new ConcurrentHashMap<>();
    private final Semaphore checks = new Semaphore(MAX_CHECKS);
    private final boolean operator;

    Accounts(AdminProperties properties) {
        this(properties, BCrypt::checkpw);
    }

    /** @param bcrypt whether a password fits a hash */
    Accounts(AdminProperties properties, BiPredicate<String, String> bcrypt) {
        this.bcrypt = bcrypt;
        new SecureRandom().nextBytes(salt);
        for (AdminProperties.Token token : properties.tokens()) {
            tokens.add(new Known(account(token.name(), token.role()),
                    HexFormat.of().parseHex(Objects.requireNonNull(token.tokenSha256()))));
        }
        for (AdminProperties.User user : properties.users()) {
            Account account = account(user.name(), user.role());
            users.put(account.name(), account);
            String hash = Objects.requireNonNull(user.passwordBcrypt());
            hashes.put(account.name(), hash);
            costs.add(hash);
        }
        operator = tokens.stream().map(Known::account).anyMatch(Accounts::isOperator)
                || users.values().stream().anyMatch(Accounts::isOperator);
    }

    private static Account account(@Nullable String name, @Nullable Role role) {
        return new Account(Objects.requireNonNull(name), Objects.requireNonNull(role));
    }

    private static boolean isOperator(Account account) {
        return account.role() == Role.OPERATOR;
    }

    /** Returns whether anybody could be recognised. */
    boolean any() {
        return !tokens.isEmpty() || !users.isEmpty();
    }

    /** Returns whether anybody could be recognised who may change something. */
    boolean anyOperator() {
        return operator;
    }

    /** Null if it is nobody's. */
    @Nullable
    Account byToken(String token) {
        byte[] digest = sha256(token.getBytes(StandardCharsets.UTF_8));
        Account found = null;
        for (Known known : tokens) {
            // All of them, whichever fits: the time says nothing.
            if (MessageDigest.isEqual(known.secret(), digest)) {
                found = known.account();
            }
        }
        return found;
    }

    /**
     * @param secret the user's password, or the token of that name
     * @return null if the name is unknown or the secret is wrong
     * @throws BusyException if many others are being checked
     */
    @Nullable
    Account byName(String name, String secret) {
        Account holder = byToken(secret);
        if (holder != null) {
            return holder.name().equals(name) ? holder : null;
        }
        if (users.isEmpty()) {
            return null;
        }
        Account user = users.get(name);
        byte[] digest = digest(secret);
        if (user != null && MessageDigest.isEqual(right.get(name), digest)) {
            return user;
        }
        boolean fits = check(secret, hashes.getOrDefault(name, standIn(name)));
        if (user == null || !fits) {
            return null;
        }
        right.put(name, digest);
        return user;
    }

    /**
     * Returns the hash that an unknown name is checked against: some user's, so that it costs what a known name costs, and always the
     * same one's for a name, as a user's own is. That the password fits it changes nothing.
     */
    private String standIn(String name) {
        return costs.get(Math.floorMod(ByteBuffer.wrap(digest(name)).getInt(), costs.size()));
    }

    private boolean check(String password, String hash) {
        try {
            if (!checks.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new BusyException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException();
        }
        try {
            return bcrypt.test(password, hash);
        } finally {
            checks.release();
        }
    }

    private byte[] digest(String secret) {
        MessageDigest sha256 = sha256();
        sha256.update(salt);
        return sha256.digest(secret.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] sha256(byte[] bytes) {
        return sha256().digest(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
