package io.revproc;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.policy.PolicyDocument;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.registration.RegistrationSettings;
import io.revproc.proxy.tls.TlsException;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** Makes the rules from a policy file's bytes and the settings. Thread-safe. */
final class PolicyYaml implements Function<byte[], PolicyRules> {
    private static final int MAX_CHARACTERS = 16 << 20;
    /** The parser's time for a comment grows with the square of its line. */
    private static final int MAX_LINE = 64 * 1024;

    private final PoliciesProperties policies;
    private final RegistrationSettings registration;
    private final ListenerSettings listener;
    private final Set<String> verifiers;

    /** @param verifiers the names of evidence beside that of the issuers which grants may ask for */
    PolicyYaml(PoliciesProperties policies, RegistrationSettings registration, ListenerSettings listener,
            Set<String> verifiers) {
        this.verifiers = Set.copyOf(verifiers);
        this.policies = policies;
        this.registration = registration;
        this.listener = listener;
    }

    /** @throws IllegalArgumentException if it is not valid, alone or with the settings; the sentence says where and what */
    @Override
    public PolicyRules apply(byte[] bytes) {
        PolicyDocument document = PolicyDocument.of(read(bytes));
        // What is said of a policy in the settings alone, its balance for example, declares it no second time.
        List<DeclaredPolicy> all = new ArrayList<>(document.policies());
        policies.declared().stream()
                .filter(policy -> policies.declares(policy.name())
                        || all.stream().noneMatch(other -> other.name().equals(policy.name())))
                .toList().forEach(all::add);
        // A server needs a grant even if there is none left: who takes out the last one does not mean to open the proxy.
        PolicyRules rules = registration.rules(all, policies.policiesDeclaredOnly(), document.grants(), true,
                Stream.concat(policies.issuers().stream(), document.issuers().stream()).toList(), verifiers);
        if (document.grants().stream().anyMatch(grant -> grant.certificate() != null)) {
            try {
                listener.tls().requireCertificates("a grant with a certificate");
            } catch (TlsException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        }
        return rules;
    }

    private static @Nullable Object read(byte[] bytes) {
        checkLines(bytes);
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        // One list that is named again in itself a few times is larger than any memory.
        options.setMaxAliasesForCollections(0);
        options.setCodePointLimit(MAX_CHARACTERS);
        DumperOptions unused = new DumperOptions();
        Yaml yaml = new Yaml(new SafeConstructor(options), new Representer(unused), unused, options, new Texts());
        try {
            return yaml.load(new InputStreamReader(new ByteArrayInputStream(bytes),
                    StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)));
        } catch (MarkedYAMLException e) {
            throw new IllegalArgumentException(
                    "line " + (e.getProblemMark() == null ? "?" : e.getProblemMark().getLine() + 1)
                            + " is not YAML: " + e.getProblem(),
                    e);
        } catch (YAMLException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()).startsWith("Number of aliases")
                    ? "an alias (*name) of a list or a map is not allowed; write out what it stands for"
                    : "it is not YAML in UTF-8", e);
        }
    }

    /** Takes every value as the text that is written: the region NO is no "false", and a hash of digits no number. */
    private static final class Texts extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            // none
        }
    }

    private static void checkLines(byte[] bytes) {
        int line = 1;
        int start = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                line++;
                start = at + 1;
            } else if (at - start == MAX_LINE) {
                throw new IllegalArgumentException("line " + line + " is longer than " + MAX_LINE + " bytes");
            }
        }
    }
}
