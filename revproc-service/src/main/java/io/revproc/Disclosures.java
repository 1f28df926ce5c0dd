package io.revproc;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

import io.revproc.proxy.route.Disclosure;

/** What is taken down of each policy's messages, as the settings say it. Looked up often, and with any name: costs as little as it can. Immutable. */
final class Disclosures implements Function<String, Disclosure> {
    private final Map<String, Disclosure> byName = new HashMap<>();
    private final Map<String, Disclosure> byLetters = new HashMap<>();
    private final boolean all;

    Disclosures(PoliciesProperties policies) {
        policies.policies().forEach((name, each) -> {
            byName.put(name, each.disclosure());
            if (PoliciesProperties.isPlain(name)) {
                byLetters.merge(PoliciesProperties.letters(name), each.disclosure(), Disclosures::least);
            }
        });
        all = byName.values().stream().allMatch(Disclosure.ALL::equals);
    }

    private static Disclosure least(Disclosure one, Disclosure other) {
        return new Disclosure(one.record() && other.record(), one.accessLog() && other.accessLog(),
                one.trace() && other.trace());
    }

    @Override
    public Disclosure apply(String policy) {
        if (all) {
            return Disclosure.ALL;
        }
        Disclosure exact = byName.get(policy);
        return exact != null
                ? exact
                : byLetters.getOrDefault(PoliciesProperties.letters(policy), Disclosure.ALL);
    }
}
