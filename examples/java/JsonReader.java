import java.io.IOException;
import java.io.Reader;
import java.util.*;

/**
 * Reads messages, character by character, since the JDK has no JSON; in a project of yours a library does this. A message ends where its
 * bracket closes: it waits for what is missing and reads nothing beyond, so it does not matter how the bytes were cut into reads.
 */
final class JsonReader {
    private static final int MAX_CHARACTERS = 16 << 20, MAX_DEPTH = 64;

    private final Reader in;
    private int left;
    private int c;

    JsonReader(Reader buffered) {
        in = buffered;
    }

    /** Returns the next message, null at the end. Integers are Long, other numbers Double. */
    @SuppressWarnings("unchecked")
    Map<String, Object> next() throws IOException {
        left = MAX_CHARACTERS;
        for (c = ' '; Character.isWhitespace(c); c = in.read()) {}
        expect(c < 0 || c == '{');
        return c < 0 ? null : (Map<String, Object>) nested(1);
    }

    private Object nested(int depth) throws IOException {
        expect(depth <= MAX_DEPTH);
        char end = c == '{' ? '}' : ']';
        Map<String, Object> object = new LinkedHashMap<>();
        List<Object> array = new ArrayList<>();
        for (skip(true); c != end;) {
            if (end == '}') {
                expect(c == '"');
                String key = string();
                skip(true);
                expect(c == ':');
                skip(true);
                object.put(key, value(depth));
            } else {
                array.add(value(depth));
            }
            expect(c == end || c == ',');
            skip(c == ',');
        }
        return end == '}' ? object : array;
    }

    /** Reads a value, and on to what is behind it. */
    private Object value(int depth) throws IOException {
        if (c == '{' || c == '[' || c == '"') {
            Object value = c == '"' ? string() : nested(depth + 1);
            skip(true);
            return value;
        }
        StringBuilder word = new StringBuilder();
        for (; ",]}".indexOf(c) < 0; skip(true)) {
            word.append((char) c);
        }
        String text = word.toString();
        expect(text.matches("true|false|null|-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?"));
        if (text.matches("-?\\d{1,18}")) {
            return Long.valueOf(text);
        }
        return text.equals("null") ? null : text.length() > 3 && text.endsWith("e") ? Boolean.valueOf(text) : Double.valueOf(text);
    }

    private String string() throws IOException {
        StringBuilder raw = new StringBuilder();
        for (read(); c != '"'; read()) {
            raw.append((char) c);
            if (c == '\\') { // a character after a backslash does not end a string
                read();
                raw.append((char) c);
            }
        }
        return JsonText.unescape(raw.toString());
    }

    private void skip(boolean on) throws IOException {
        for (boolean more = on; more; more = Character.isWhitespace(c)) {
            read();
        }
    }

    private void read() throws IOException {
        c = in.read();
        expect(left-- > 0 && c >= 0);
    }

    private static void expect(boolean right) throws IOException {
        if (!right) {
            throw new IOException("no message, or half of one");
        }
    }
}
