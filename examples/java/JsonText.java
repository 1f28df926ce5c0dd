import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Messages and strings as JSON text. */
final class JsonText {
    private static final String ESCAPES = "\"\\/bfnrt", ESCAPED = "\"\\/\b\f\n\r\t";

    private JsonText() {}

    /** A message of keys and values in turn. It keeps their order: msgId is the first key if it was put in first. */
    static Map<String, Object> message(Object... keysAndValues) {
        Map<String, Object> message = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            message.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return message;
    }

    /** Strings, numbers, true and false; what is null is left out. */
    static String write(Map<String, Object> message) {
        StringBuilder text = new StringBuilder("{");
        message.forEach((key, value) -> {
            if (value != null) {
                text.append(text.length() > 1 ? ", " : "").append(quote(key)).append(": ")
                        .append(value instanceof String string ? quote(string) : value);
            }
        });
        return text.append('}').toString();
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                quoted.append(c == '"' || c == '\\' ? "\\" : "").append((char) c);
            }
        });
        return quoted.append('"').toString();
    }

    /** Returns the text of a string between quotes. */
    static String unescape(String raw) throws IOException {
        StringBuilder text = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '\\' && raw.charAt(++i) == 'u') {
                try {
                    text.append((char) Integer.parseInt(raw, i + 1, i + 5, 16));
                } catch (IndexOutOfBoundsException | NumberFormatException e) {
                    throw new IOException("not a message", e);
                }
                i += 4;
            } else {
                int escape = ESCAPES.indexOf(raw.charAt(i));
                text.append(c == '\\' && escape >= 0 ? ESCAPED.charAt(escape) : c);
            }
        }
        return text.toString();
    }
}
