package tpm;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * What a server has quoted: the quote's qualifying data is this text's SHA-256. Seven lines in this order, each with its end, and nothing else:
 * {@code revproc-quote-1}, {@code audience=…}, {@code machine=…}, {@code policy=…}, {@code id=…}, {@code issued=…}, {@code ends=…}.
 *
 * @param audience for which proxies the quote is
 * @param machine  the name that the operator gave to the key
 * @param issued   when it was made, as the server says: in seconds since 1970
 * @param ends     from this moment on it proves nothing
 */
record QuotedText(String audience, String machine, String policy, String id, Instant issued, Instant ends) {
    private static final int MAX_NAME = 128;

    static QuotedText parse(byte[] bytes) throws Refusal {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            String[] lines = text.split("\n", -1);
            if (lines.length == 8 && lines[0].equals("revproc-quote-1") && lines[7].isEmpty()) {
                return new QuotedText(name(lines[1], "audience="), name(lines[2], "machine="),
                        name(lines[3], "policy="), name(lines[4], "id="), time(lines[5], "issued="),
                        time(lines[6], "ends="));
            }
        } catch (CharacterCodingException e) {
            // as below
        }
        throw unreadable();
    }

    private static String name(String line, String key) throws Refusal {
        String name = line.startsWith(key) ? line.substring(key.length()) : "";
        if (name.isEmpty() || name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw unreadable();
        }
        return name;
    }

    private static Instant time(String line, String key) throws Refusal {
        String seconds = name(line, key);
        if (!seconds.matches("[1-9][0-9]{0,10}")) {
            throw unreadable();
        }
        return Instant.ofEpochSecond(Long.parseLong(seconds));
    }

    private static Refusal unreadable() {
        return new Refusal("quoted-text-not-readable", null);
    }
}
