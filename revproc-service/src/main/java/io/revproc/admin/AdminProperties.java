package io.revproc.admin;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The accounts of the admin API. Only hashes of secrets stand in a configuration; without any account nothing can be changed.
 *
 * @param users  people with a name and a password, for HTTP Basic: name, role (viewer reads, operator also changes) and password-bcrypt, what htpasswd -nbB prints
 *               behind the name. At most 1000
 * @param tokens programs and people with a token, for Authorization: Bearer, or for HTTP Basic with the token as the password:
 *               name, role and token-sha256. bin/revproc admin new makes one. At most 1000
 * @param localReading whether requests from this machine may read without an account while HTTP listens on loopback. Set
 *                     it to false if a proxy on this machine passes on requests from elsewhere: nginx does so without a
 *                     header that tells
 */
@ConfigurationProperties(prefix = "revproc.admin")
public record AdminProperties(@DefaultValue List<User> users, @DefaultValue List<Token> tokens,
        @DefaultValue("true") boolean localReading) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@-]{1,64}");
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");
    private static final int MIN_COST = 8;
    /** Each step doubles the time: 14 is about a second. */
    private static final int MAX_COST = 14;
    private static final int MAX_ACCOUNTS = 1000;

    public AdminProperties {
        users = List.copyOf(users);
        tokens = List.copyOf(tokens);
        if (users.size() > MAX_ACCOUNTS || tokens.size() > MAX_ACCOUNTS) {
            throw new IllegalArgumentException(
                    "revproc.admin.users and revproc.admin.tokens have at most " + MAX_ACCOUNTS + " entries each");
        }
        Set<String> names = new HashSet<>();
        users.forEach(user -> unique(names, user.name()));
        tokens.forEach(token -> unique(names, token.name()));
    }

    /** The role of an account. */
    public enum Role {
        /** Reads. */
        VIEWER,
        /** Reads and changes. */
        OPERATOR;

        /** As Spring Security names it. */
        String authority() {
            return "ROLE_" + name();
        }
    }

    /**
     * A name and a password.
     *
     * @param name           the user's name: letters, digits and . _ @ -, at most 64 characters. The log names it with
     *                       every change by the user
     * @param role           what the user may do: a viewer reads, an operator also changes
     * @param passwordBcrypt the bcrypt hash of the user's password, of cost 8 to 14
     */
    public record User(@Nullable String name, @Nullable Role role, @Nullable String passwordBcrypt) {
        public User {
            name = named("users", name);
            role = given("users", name, role);
            passwordBcrypt = bcrypt(name, passwordBcrypt);
        }

        private static String bcrypt(String name, @Nullable String given) {
            String hash = given == null ? "" : given.replaceFirst("^\\{bcrypt}", "");
            var parts = BCRYPT.matcher(hash);
            if (!parts.matches()) {
                throw new IllegalArgumentException("revproc.admin.users: the password-bcrypt of '" + name
                        + "' is not a bcrypt hash; what 'htpasswd -nbB -C 10 " + name
                        + " PASSWORD' prints behind the colon is one");
            }
            int cost = Integer.parseInt(parts.group(1));
            if (cost < MIN_COST || cost > MAX_COST) {
                throw new IllegalArgumentException("revproc.admin.users: the password-bcrypt of '" + name
                        + "' has a cost of " + cost + "; make one of " + MIN_COST + " to " + MAX_COST);
            }
            return hash;
        }

        @Override
        public String toString() {
            return name + " (" + role + ")";
        }
    }

    /**
     * A name and a token.
     *
     * @param name        the token's name: letters, digits and . _ @ -, at most 64 characters. The log names it with
     *                    every change made with the token
     * @param role        what the holder of the token may do: a viewer reads, an operator also changes
     * @param tokenSha256 the SHA-256 of the token, as 64 hexadecimal digits
     */
    public record Token(@Nullable String name, @Nullable Role role, @Nullable String tokenSha256) {
        public Token {
            name = named("tokens", name);
            role = given("tokens", name, role);
            tokenSha256 = tokenSha256 == null ? "" : tokenSha256.toLowerCase(Locale.ROOT);
            if (!SHA_256.matcher(tokenSha256).matches()) {
                throw new IllegalArgumentException("revproc.admin.tokens: the token-sha256 of '" + name
                        + "' is not 64 hexadecimal digits; bin/revproc admin new makes a token and its hash");
            }
        }

        @Override
        public String toString() {
            return name + " (" + role + ")";
        }
    }

    /**
     * Reads each by itself: the command line's variable REVPROC_ADMIN, which may be set on the same machine, is a
     * value at the name of this tree, and a value and a tree of one name do not bind together.
     */
    static AdminProperties bind(Binder binder) {
        BindResult<List<User>> users = binder.bind("revproc.admin.users", Bindable.listOf(User.class));
        BindResult<List<Token>> tokens = binder.bind("revproc.admin.tokens", Bindable.listOf(Token.class));
        return new AdminProperties(users.orElse(List.of()), tokens.orElse(List.of()),
                binder.bind("revproc.admin.local-reading", Boolean.class).orElse(true));
    }

    private static String named(String list, @Nullable String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("revproc.admin." + list
                    + ": each entry has a name of 1 to 64 letters, digits and . _ @ -");
        }
        return name;
    }

    private static Role given(String list, String name, @Nullable Role role) {
        if (role == null) {
            throw new IllegalArgumentException(
                    "revproc.admin." + list + ": '" + name + "' has no role; it is viewer or operator");
        }
        return role;
    }

    private static void unique(Set<String> names, @Nullable String name) {
        if (name != null && !names.add(name)) {
            throw new IllegalArgumentException(
                    "revproc.admin has two accounts of the name '" + name + "'; each has a name of its own");
        }
    }
}
