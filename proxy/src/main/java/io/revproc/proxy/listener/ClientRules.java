package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

import io.revproc.proxy.access.LineLimit;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.route.Disclosure;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The policies' rules on clients. Where no policy has one there is no such object, and nothing is asked. Thread-safe. */
public final class ClientRules {
    private static final Logger log = LoggerFactory.getLogger(ClientRules.class);
    /** More policies than this with servers at some time, and all is looked up anew. */
    private static final int REMEMBERED = 1_000_000;

    private final Function<String, ClientRuleSettings> settings;
    private final RulesInForce issuers;
    private final Function<String, Disclosure> disclosures;
    private final LongSupplier nanoClock;
    private final LineLimit lines;
    private final ConcurrentHashMap<String, Optional<ClientRule>> rules = new ConcurrentHashMap<>();

    /**
     * @param settings  a policy's, by its name
     * @param issuers   whose tokens count, and the time
     * @param disclosures what is taken down of a policy's messages, by its name
     * @param nanoClock as {@link System#nanoTime()}
     */
    public ClientRules(Function<String, ClientRuleSettings> settings, RulesInForce issuers,
            Function<String, Disclosure> disclosures, LongSupplier nanoClock) {
        this.disclosures = disclosures;
        this.settings = settings;
        this.issuers = issuers;
        this.nanoClock = nanoClock;
        this.lines = new LineLimit(nanoClock);
    }

    /**
     * Returns why a message of the client's is refused; null if it is not.
     *
     * @param now    as {@link System#nanoTime()}
     * @param served whether the policy has servers. Clients may name any policy: those without are not remembered
     */
    @Nullable
    ClientRefusal refusal(String policy, boolean served, ClientIdentity client, long now) {
        ClientRefusal refusal = served
                ? remembered(policy, client, now)
                : find(policy).map(rule -> rule.refusalOnce(client, now)).orElse(null);
        if (refusal != null && refusal.code() == ErrorCode.NOT_ALLOWED) {
            logRefused(client.address(), policy, refusal);
        }
        return refusal;
    }

    private @Nullable ClientRefusal remembered(String policy, ClientIdentity client, long now) {
        Optional<ClientRule> rule = rules.get(policy);
        if (rule == null) {
            if (rules.mappingCount() >= REMEMBERED) {
                rules.clear();
            }
            rule = rules.computeIfAbsent(policy, this::find);
        }
        return rule.isEmpty() ? null : rule.get().refusal(client, now);
    }

    private Optional<ClientRule> find(String policy) {
        ClientRuleSettings found = settings.apply(policy);
        return found.equals(ClientRuleSettings.ANYBODY)
                ? Optional.empty()
                : Optional.of(new ClientRule(policy, found, issuers, nanoClock));
    }

    private void logRefused(InetAddress client, String policy, ClientRefusal refusal) {
        long others = lines.next();
        if (others >= 0) {
            log.warn("event=client_refused peer={} policy={} reason={} unlogged={}",
                    LogValue.of(disclosures.apply(policy).accessLog() ? client.getHostAddress() : "not-logged"),
                    LogValue.of(policy), LogValue.of(refusal.reason()), others);
        }
    }
}
