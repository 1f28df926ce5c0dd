package io.revproc.proxy.registration;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.policy.Applicant;
import io.revproc.proxy.policy.Decision;
import io.revproc.proxy.policy.EvidenceCheck;
import io.revproc.proxy.policy.EvidenceVerifier;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.wire.Message;

/** Decides whether a server may register what its setup says. Called on event loops: answers at once. Thread-safe. */
@FunctionalInterface
public interface Admission {
    Decision admit(Peer peer, Message.Setup setup);

    /** Returns whether a server that registered may go on with this evidence in place of that it had. */
    default Decision renew(Applicant who, String evidence) {
        return new Decision.Refused("evidence-not-checked", false, null);
    }

    /** Returns whether an entry that was admitted once, by this proxy or another one, may be in the table under today's rules. */
    default boolean stillAdmits(EndpointSpec spec) {
        return true;
    }

    /** Everybody from these networks, nobody else. */
    static Admission from(List<Cidr> networks) {
        return by(new RulesInForce(new PolicyRules(List.of(), false, new PolicyRules.Gate(networks, false), List.of(),
                false), () -> Instant.EPOCH));
    }

    /** Decides by these settings, which never change, and by the machine's clock. */
    static Admission of(RegistrationSettings settings) {
        return by(new RulesInForce(settings.rules(List.of(), false, List.of(), false), InstantSource.system()));
    }

    /** Decides by the rules that are in force at the time of the question. */
    static Admission by(RulesInForce rules) {
        return by(rules, EvidenceCheck.NONE);
    }

    /** Decides by the rules that are in force at the time of the question, and by what evidence proves. */
    static Admission by(RulesInForce rules, EvidenceCheck check) {
        return new Admission() {
            @Override
            public Decision admit(Peer peer, Message.Setup setup) {
                String evidence = setup.statement().evidence();
                Applicant who = peer.applying(setup);
                return evidence == null ? rules.decide(who) : renew(who, evidence);
            }

            @Override
            public Decision renew(Applicant who, String evidence) {
                PolicyRules now = rules.rules();
                if (!now.wantsEvidenceOf(who)) {
                    return rules.decide(who);
                }
                return switch (check.check(evidence, now, rules.now())) {
                    case EvidenceVerifier.Verdict.Proven(var proven) when !who.mayShow(proven) ->
                        new Decision.Refused("evidence-of-another-key", false,
                                "The evidence is bound to a key (cnf), and this connection did not show its certificate");
                    // Whoever takes over its address would get its messages.
                    case EvidenceVerifier.Verdict.Proven(var proven) when proven.isBound() && !who.tls() ->
                        new Decision.Refused("certificate-but-data-port-without-tls", false,
                                "The evidence is bound to a certificate (cnf), and the data port does not show it: let it speak TLS, and say so in the setup (tls)");
                    case EvidenceVerifier.Verdict.Proven(var proven) -> rules.decide(who.proving(proven));
                    case EvidenceVerifier.Verdict.Unproven(var reason, var sentence) ->
                        new Decision.Refused(reason, false, sentence);
                };
            }

            @Override
            public boolean stillAdmits(EndpointSpec spec) {
                return rules.rules().stillAdmits(spec);
            }
        };
    }
}
