package io.revproc.proxy.policy;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.SanPattern;
import io.revproc.proxy.access.TokenHash;
import io.revproc.wire.DidYouMean;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * The content of a policy file: {@code policies}, by name, and {@code grants}, with the keys that they have in the settings. Read as a whole:
 * one key that is none, or one value that is not what it has to be, and nothing of it counts.
 *
 * @param policies the declared policies
 * @param grants   the grants
 * @param issuers  whose signed tokens the grants may ask for
 */
public record PolicyDocument(List<DeclaredPolicy> policies, List<Grant> grants, List<EvidenceIssuer> issuers) {
    private static final Set<String> ROOT = Set.of("policies", "grants", "evidence");
    private static final Set<String> ISSUER = Set.of("issuer", "audiences", "key-set", "bundle", "algorithms",
            "max-lifetime", "clock-skew");
    private static final Set<String> POLICY = Set.of("description", "purpose", "regions", "owner", "contact",
            "may-be-served-by");
    private static final Set<String> GRANT = Set.of("name", "token-sha256", "certificate", "cidrs", "policies", "ids",
            "not-before", "not-after", "purposes", "regions", "max-servers", "comment", "evidence", "claims",
            "policies-claim", "ids-claim", "region-claim", "purposes-claim");

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})([smhd])");

    public PolicyDocument {
        policies = List.copyOf(policies);
        grants = List.copyOf(grants);
        issuers = List.copyOf(issuers);
    }

    /**
     * Reads a document of maps, lists and strings, as YAML has them.
     *
     * @param root null: an empty file, which is refused. A full disk leaves one, and it would bar every server
     * @throws IllegalArgumentException if anything is not what it has to be; the sentence says where and what
     */
    public static PolicyDocument of(@Nullable Object root) {
        if (root == null) {
            throw new IllegalArgumentException("the file is empty; write 'grants: []' if it is to grant nothing");
        }
        Section all = Section.of("the file", root, ROOT);
        List<DeclaredPolicy> policies = new ArrayList<>();
        all.map("policies").forEach((name, value) -> policies.add(policy(name, value)));
        List<Grant> grants = new ArrayList<>();
        List<?> listed = all.list("grants");
        for (int i = 0; i < listed.size(); i++) {
            grants.add(grant("grants[" + i + "]", listed.get(i)));
        }
        List<EvidenceIssuer> issuers = new ArrayList<>();
        all.map("evidence").forEach((name, value) -> issuers.add(issuer(name, value)));
        return new PolicyDocument(policies, grants, issuers);
    }

    private static EvidenceIssuer issuer(String name, @Nullable Object value) {
        Section in = Section.of("evidence: " + name, value, ISSUER);
        return in.make(() -> new EvidenceIssuer(name, in.text("issuer"), in.texts("audiences"),
                Objects.requireNonNullElse(in.text("key-set"), ""), in.text("bundle"), in.texts("algorithms"),
                duration("max-lifetime", in.text("max-lifetime"), EvidenceIssuer.DEFAULT_LIFETIME),
                duration("clock-skew", in.text("clock-skew"), EvidenceIssuer.DEFAULT_SKEW)));
    }

    private static @Nullable EvidenceDemand demand(Section in) {
        String issuer = in.text("evidence");
        Map<String, NamePattern> claims = new LinkedHashMap<>();
        in.map("claims").forEach((name, pattern) -> {
            if (!(pattern instanceof String text)) {
                throw new IllegalArgumentException(
                        "claims: " + name + " is one text, no list, no map and nothing with a tag");
            }
            claims.put(name, NamePattern.of(text));
        });
        return demand(issuer, claims, in.text("policies-claim"), in.text("ids-claim"), in.text("region-claim"),
                in.text("purposes-claim"));
    }

    /**
     * Returns what a grant asks for of evidence; null if it asks for none.
     *
     * @throws IllegalArgumentException if it says what claims mean and not whose
     */
    public static @Nullable EvidenceDemand demand(@Nullable String issuer, Map<String, NamePattern> claims,
            @Nullable String policies, @Nullable String ids, @Nullable String region, @Nullable String purposes) {
        if (issuer != null) {
            return new EvidenceDemand(issuer, claims, policies, ids, region, purposes);
        }
        if (!claims.isEmpty() || policies != null || ids != null || region != null || purposes != null) {
            throw new IllegalArgumentException(
                    "claims are those of evidence; say whose, with evidence: NAME of an entry of revproc.evidence");
        }
        return null;
    }

    private static Duration duration(String key, @Nullable String text, Duration otherwise) {
        if (text == null) {
            return otherwise;
        }
        Matcher written = DURATION.matcher(text);
        if (!written.matches()) {
            throw new IllegalArgumentException(key + " '" + text + "' is no time; write 30s, 10m, 12h or 7d");
        }
        long number = Long.parseLong(written.group(1));
        return switch (written.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static DeclaredPolicy policy(String name, @Nullable Object value) {
        String where = "policies: " + name;
        try {
            Ident.of(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + ": no policy can have this name", e);
        }
        Section in = Section.of(where, value, POLICY);
        return in.make(() -> new DeclaredPolicy(name, in.text("description"), in.text("purpose"), in.texts("regions"),
                in.text("owner"), in.text("contact"), in.texts("may-be-served-by")));
    }

    private static Grant grant(String where, @Nullable Object value) {
        Section in = Section.of(where, value, GRANT);
        return in.make(() -> {
            Terms terms = new Terms(moment("not-before", in.text("not-before")),
                    moment("not-after", in.text("not-after")), in.texts("purposes"), in.texts("regions"),
                    whole("max-servers", in.text("max-servers")), in.text("comment"));
            String certificate = in.text("certificate");
            return new Grant(in.text("name"), in.all("token-sha256", TokenHash::of),
                    certificate == null ? null : SanPattern.of(certificate), in.all("cidrs", Cidr::of),
                    in.all("policies", NamePattern::of), in.all("ids", NamePattern::of), terms,
                    demand(in));
        });
    }

    /**
     * Returns the moment that is written so, with date, time and zone; null for null.
     *
     * @throws IllegalArgumentException if it is none; the sentence says how one is written
     */
    public static @Nullable Instant moment(String key, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(key + " '" + text
                    + "' is not a time; write date, time and zone, such as 2026-07-01T00:00:00+02:00 or 2026-06-30T22:00:00Z",
                    e);
        }
    }

    private static int whole(String key, @Nullable String text) {
        if (text == null) {
            return 0;
        }
        if (!text.matches("\\d{1,7}")) {
            throw new IllegalArgumentException(key + " '" + text + "' is not a whole number from 0 to 1000000");
        }
        return Integer.parseInt(text);
    }

    /**
     * A map of the file.
     *
     * @param where names it for a person
     */
    private record Section(String where, Map<?, ?> values) {
        static Section of(String where, @Nullable Object value, Set<String> keys) {
            if (value == null) {
                return new Section(where, Map.of());
            }
            if (!(value instanceof Map<?, ?> map)) {
                throw new IllegalArgumentException(where + " holds " + List.copyOf(keys).stream().sorted().toList()
                        + ", each with a colon behind it");
            }
            for (Object each : map.keySet()) {
                String key = key(where, each);
                if (!keys.contains(key)) {
                    List<String> near = Spelling.near(key, keys);
                    throw new IllegalArgumentException(where + ": there is no '" + key + "' here"
                            + (near.isEmpty()
                                    ? "; what there is: " + keys.stream().sorted().toList()
                                    : ", " + DidYouMean.of("'" + near.getFirst() + "'")));
                }
            }
            return new Section(where, map);
        }

        private static String key(String where, @Nullable Object key) {
            if (key instanceof String text) {
                return text;
            }
            throw new IllegalArgumentException(where + ": a key is one text, no list, no map and nothing with a tag");
        }

        /** Puts the place of a fault in front of its description. */
        <T> T make(Supplier<T> maker) {
            try {
                return maker.get();
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
            }
        }

        @Nullable
        String text(String key) {
            Object value = values.get(key);
            if (value == null) {
                return null;
            }
            if (!(value instanceof String text)) {
                throw new IllegalArgumentException(key + " is one text, no list, no map and nothing with a tag");
            }
            return text.isEmpty() ? null : text;
        }

        /** A list, or one text alone. */
        List<String> texts(String key) {
            Object value = values.get(key);
            List<?> all = value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
            List<String> texts = new ArrayList<>(all.size());
            for (Object one : all) {
                if (!(one instanceof String text)) {
                    throw new IllegalArgumentException(key + " is a list of texts");
                }
                texts.add(text);
            }
            return texts;
        }

        <T> List<T> all(String key, Function<String, T> maker) {
            return texts(key).stream().map(maker).toList();
        }

        Map<String, @Nullable Object> map(String key) {
            Object value = values.get(key);
            if (value != null && !(value instanceof Map)) {
                throw new IllegalArgumentException(key + " holds names, each with a colon behind it");
            }
            Map<String, @Nullable Object> all = new LinkedHashMap<>();
            if (value instanceof Map<?, ?> map) {
                map.forEach((name, each) -> all.put(key(key, name), each));
            }
            return all;
        }

        List<?> list(String key) {
            Object value = values.get(key);
            if (value != null && !(value instanceof List)) {
                throw new IllegalArgumentException(key + " is a list: each entry begins with a dash");
            }
            return value instanceof List<?> list ? list : List.of();
        }
    }
}
