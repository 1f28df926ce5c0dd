package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.proxy.access.AddressKey;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.policy.PolicyRules;
import org.jspecify.annotations.Nullable;

/** The peer of a connection, and the rules that it meets. Belongs to the connection's event loop. */
final class ClientIdentity {
    private final InetAddress address;
    private final AddressKey key;
    private final List<X509Certificate> certificates;
    /** Looked at once per rule: names in certificates take time to read. There are as many rules as the settings have. */
    private final Map<ClientRule, Boolean> admitted = new IdentityHashMap<>(2);

    private final byte @Nullable [] fingerprint;
    private @Nullable ShownToken shown;
    private boolean ended;
    /** The rules by which the token's issuer was looked at last. */
    private @Nullable PolicyRules judgedBy;
    /** Looked at once per rule and token. */
    private final Map<ClientRule, Boolean> proved = new IdentityHashMap<>(2);

    /**
     * @param certificates the chain that the peer proved to hold, its own first
     * @param fingerprint  SHA-256 of its own certificate; null if it showed none
     */
    ClientIdentity(InetAddress address, List<X509Certificate> certificates, byte @Nullable [] fingerprint) {
        this.fingerprint = fingerprint;
        this.address = address;
        this.key = AddressKey.of(address);
        this.certificates = certificates;
    }

    InetAddress address() {
        return address;
    }

    AddressKey key() {
        return key;
    }

    List<X509Certificate> certificates() {
        return certificates;
    }

    /** Returns SHA-256 of its own certificate; null if it showed none. Shared: not to be changed. */
    byte @Nullable [] fingerprint() {
        return fingerprint;
    }

    boolean mayUse(ClientRule rule) {
        return admitted.computeIfAbsent(rule, unknown -> unknown.admits(this));
    }

    /** Puts a token in the place of the one before. */
    void show(ShownToken token) {
        shown = token;
        ended = false;
        judgedBy = null;
        proved.clear();
    }

    /** Looks whether the token has ended by the clock of the world; now and then, since that clock and the other one may part. */
    void look(ClientTokens clock) {
        if (shown != null && !ended) {
            ended = clock.millis() >= shown.endMillis();
        }
    }

    /**
     * Returns whether the token that was shown last has ended.
     *
     * @param now as {@link System#nanoTime()}
     */
    boolean hasEnded(ShownToken token, long now) {
        return ended || now - token.endNanos() >= 0;
    }

    /** Returns whether this is the token that was shown last. */
    boolean holds(String token) {
        return shown != null && shown.hash().same(TokenHash.ofToken(token));
    }

    /** Returns what the token has proved that was shown last; null if there is none, or its issuer is none any more, or another one. */
    @Nullable
    ShownToken shown(PolicyRules rules) {
        if (shown != null && judgedBy != rules) {
            judgedBy = rules;
            if (!shown.countsUnder(rules)) {
                shown = null;
            }
        }
        return shown;
    }

    /** Returns whether the token that was shown last does for the rule. */
    boolean proves(ClientRule rule, ShownToken token) {
        Boolean known = proved.get(rule);
        if (known == null) {
            known = rule.isProvedBy(token);
            proved.put(rule, known);
        }
        return known;
    }

    /** Returns whom the token is about, safe to be shown; null if there is none. */
    @Nullable
    String subject() {
        return shown == null ? null : shown.subject();
    }
}
