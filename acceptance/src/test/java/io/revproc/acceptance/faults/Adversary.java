package io.revproc.acceptance.faults;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Messages that try to reach another policy's server: decoys wherever a careless reader would find them, other spellings, ids of
 * other clients; and messages that no two parsers read alike, which must be refused. Seeded. For one client.
 */
final class Adversary implements Shot.Source {
    /** What the ledger has for messages that no server may get. */
    static final String NOBODY = "(nobody)";
    /** Ids from 0 on that several messages have at the same time; those of one message alone begin behind them. */
    private static final int SHARED_IDS = 20;
    private static final List<String> SPACES = List.of("", "", "", "", " ", "\n", "\t ", "\r\n");

    private final Ledger ledger;
    private final Random random;
    private final List<String> served;
    private final List<String> unserved;
    private final AtomicInteger left;
    private final Expected expected;

    /** How many of each kind there were, over all clients. */
    record Expected(AtomicInteger answered, AtomicInteger unserved, AtomicInteger bad) {
        Expected() {
            this(new AtomicInteger(), new AtomicInteger(), new AtomicInteger());
        }
    }

    /**
     * @param served   policies with servers, as text
     * @param unserved policies without
     * @param left     messages still to be made, by all clients together
     */
    Adversary(Ledger ledger, long seed, List<String> served, List<String> unserved, AtomicInteger left,
            Expected expected) {
        this.ledger = ledger;
        this.random = new Random(seed);
        this.served = served;
        this.unserved = unserved;
        this.left = left;
        this.expected = expected;
    }

    @Override
    @SuppressWarnings("NullAway") // the interface says so
    public Shot next() {
        if (left.decrementAndGet() < 0) {
            return null;
        }
        int kind = random.nextInt(100);
        if (kind < 85) {
            expected.answered().incrementAndGet();
            String policy = pick(served);
            return good(policy, ledger.add(policy, false), true);
        }
        if (kind < 92) {
            expected.unserved().incrementAndGet();
            String policy = pick(unserved);
            return good(policy, ledger.add(NOBODY, false), false);
        }
        expected.bad().incrementAndGet();
        return bad(ledger.add(NOBODY, false));
    }

    private Shot good(String policy, int number, boolean mayShareId) {
        String payload = "m" + number + " " + pick(List.of("uddi", "\\\",\\\"privPoliId\\\":\\\"PP_1\\\",\\\"",
                "}{\\\"type\\\": 0}", "é😀", "\\ud83d\\ude00", "\\\\", ""));
        List<String> fields = new ArrayList<>(12);
        fields.add(field("type", random.nextBoolean() ? "0" : "\"0\""));
        fields.add(field("srcid", random.nextBoolean() ? "" + random.nextInt(50) : "\"client " + number % 7 + "\""));
        fields.add(field("privPoliId", spelled(policy)));
        fields.add(field("payload", '"' + payload + '"'));
        String msgId = msgId(number, mayShareId);
        if (!msgId.isEmpty()) {
            fields.add(field("msgId", msgId));
        }
        for (int decoys = random.nextInt(4); decoys > 0; decoys--) {
            fields.add(decoy());
        }
        Collections.shuffle(fields, random);
        return shot(number, object(fields), unquoted(msgId), decoded(payload));
    }

    private String object(List<String> fields) {
        return "{" + space() + String.join(space() + "," + space(), fields) + space() + "}" + space();
    }

    private String field(String key, String value) {
        return '"' + key + '"' + space() + ":" + space() + value;
    }

    /** A policy's name as JSON: plain, with escapes, or a number. */
    private String spelled(String policy) {
        if (policy.matches("0|[1-9]\\d*") && random.nextBoolean()) {
            return policy;
        }
        if (random.nextInt(4) > 0) {
            return '"' + policy + '"';
        }
        StringBuilder escaped = new StringBuilder("\"");
        policy.codePoints().forEach(point -> {
            if (random.nextInt(3) == 0) {
                for (char each : Character.toChars(point)) {
                    escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) each));
                }
            } else {
                escaped.appendCodePoint(point);
            }
        });
        return escaped.append('"').toString();
    }

    /** None, one of its own, or one that other clients and this one use at the same time. */
    private String msgId(int number, boolean mayShare) {
        return switch (random.nextInt(4)) {
            case 0 -> "" + (SHARED_IDS + number);
            case 1 -> "\"id " + number + "\"";
            case 2 -> mayShare ? "" + random.nextInt(SHARED_IDS) : "";
            default -> "";
        };
    }

    private String decoy() {
        String other = pick(random.nextBoolean() ? served : unserved);
        return switch (random.nextInt(9)) {
            case 0 -> field("x", "{\"privPoliId\": \"" + other + "\", \"type\": 1, \"msgId\": 3}");
            case 1 -> field("x", "[{\"privPoliId\": \"" + other + "\"}, \"privPoliId\", \"" + other + "\"]");
            case 2 -> field("privPoliIds", '"' + other + '"');
            case 3 -> field("priv_poli_id", '"' + other + '"');
            case 4 -> field("privPolyIds", '"' + other + '"');
            case 5 -> field("note", "\"\\\"privPoliId\\\": \\\"" + other + "\\\"\"");
            case 6 -> field("privPoliId ", '"' + other + '"');
            case 7 -> field("\\u0000privPoliId", '"' + other + '"');
            default -> field("deep", "[".repeat(40) + "{\"privPoliId\": \"" + other + "\"}" + "]".repeat(40));
        };
    }

    /** Its end is clear, its meaning is not. No {@code msgId}: the refusal comes in order. */
    private Shot bad(int number) {
        String one = '"' + pick(served) + '"';
        String other = '"' + pick(served) + '"';
        String payload = "m" + number + " bad";
        List<String> fields = new ArrayList<>(List.of(field("type", "0"), field("srcid", "1"),
                field("payload", '"' + payload + '"')));
        switch (random.nextInt(11)) {
            case 0 -> {
                fields.add(field("privPoliId", one));
                fields.add(field("privPoliId", other));
            }
            case 1 -> {
                fields.add(field("privPoliId", one));
                fields.add(field("privPoli\\u0049d", other));
            }
            case 2 -> fields.add(field("priv\\u0050oliId", one));
            case 3 -> fields.add(field("privPoliId", "[" + one + "]"));
            case 4 -> fields.add(field("privPoliId", "null"));
            case 5 -> fields.add(field("x", "{\"privPoliId\": " + one + "}"));
            case 6 -> {
                fields.add(field("privPoliId", one));
                fields.add(field("\\u0074ype", "1"));
            }
            case 7 -> {
                fields.add(field("privPoliId", one));
                fields.add(field("type", "0"));
            }
            case 8 -> {
                // other parsers than the proxy's take it for the key
                fields.add(field("privPoliId", one));
                fields.add(field(pick(List.of("PRIVPOLIID", "privPoliid", "privPoliId\\u0000", "PrivPoliId\\u0000x")),
                        other));
            }
            case 9 -> {
                // a setup's spelling of the key, which some servers look for in messages as well
                fields.add(field("privPoliId", one));
                fields.add(field("privPolyId", "\"other than that\""));
            }
            default -> fields.add(field("privPoliId", one) + ",");
        }
        Collections.shuffle(fields, random);
        return shot(number, object(fields), "", "");
    }

    private static Shot shot(int number, String text, String msgId, String payload) {
        return new Shot(number, text.getBytes(StandardCharsets.UTF_8), msgId,
                payload.isEmpty() ? "" : Digest.sha1(payload));
    }

    private static String unquoted(String json) {
        return json.startsWith("\"") ? json.substring(1, json.length() - 1) : json;
    }

    /** What a JSON parser makes of the payloads above. */
    private static String decoded(String json) {
        return json.replace("\\ud83d\\ude00", "😀").replace("\\\"", "\"").replace("\\\\", "\\");
    }

    private String space() {
        return pick(SPACES);
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
