package io.revproc.proxy.events;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A line of the log taken apart: {@code event=NAME key=value …}. It is read from the statement's pattern and its values, so that a
 * value can't pass for a key. Immutable, thread-safe.
 *
 * @param name   the event's name, in snake_case
 * @param fields the other pairs, in the order of the line, without the quotes that a value has in the log
 */
public record EventLine(String name, Map<String, String> fields) {
    private static final String START = "event";

    public EventLine {
        fields = Collections.unmodifiableMap(fields);
    }

    /**
     * Takes a log statement apart.
     *
     * @param pattern the statement's text, with {@code {}} where a value comes
     * @param values  the values; a throwable behind them is passed over
     * @return null if it is no event
     */
    public static @Nullable EventLine of(String pattern, Object @Nullable... values) {
        if (!pattern.startsWith(START)) {
            return null;
        }
        Reader reader = new Reader(pattern, values == null ? new Object[0] : values);
        if (!reader.key().equals(START)) {
            return null;
        }
        String name = reader.value();
        Map<String, String> fields = new LinkedHashMap<>();
        while (reader.hasMore()) {
            String key = reader.key();
            String value = reader.value();
            if (!key.isEmpty()) {
                fields.put(key, value);
            }
        }
        return new EventLine(name, fields);
    }

    /** Goes through a pattern once. */
    private static final class Reader {
        private final String pattern;
        private final Object[] values;
        private int at;
        private int next;

        Reader(String pattern, Object[] values) {
            this.pattern = pattern;
            this.values = values;
        }

        boolean hasMore() {
            while (at < pattern.length() && pattern.charAt(at) == ' ') {
                at++;
            }
            return at < pattern.length();
        }

        String key() {
            int start = at;
            while (at < pattern.length() && pattern.charAt(at) != '=' && pattern.charAt(at) != ' ') {
                at++;
            }
            if (at == pattern.length() || pattern.charAt(at) == ' ') {
                return "";
            }
            return pattern.substring(start, at++);
        }

        String value() {
            boolean quoted = at < pattern.length() && pattern.charAt(at) == '"';
            int start = quoted ? at + 1 : at;
            at = start;
            char end = quoted ? '"' : ' ';
            while (at < pattern.length() && pattern.charAt(at) != end) {
                at++;
            }
            String text = filled(pattern.substring(start, at));
            if (quoted && at < pattern.length()) {
                at++;
            }
            return text;
        }

        private String filled(String text) {
            StringBuilder filled = new StringBuilder();
            int from = 0;
            int hole = text.indexOf("{}");
            for (; hole >= 0; hole = text.indexOf("{}", from)) {
                filled.append(text, from, hole).append(next < values.length ? plain(values[next]) : "");
                next++;
                from = hole + 2;
            }
            return from == 0 ? text : filled.append(text, from, text.length()).toString();
        }

        private static String plain(Object value) {
            String text = String.valueOf(value);
            boolean quoted = text.length() > 1 && text.charAt(0) == '"' && text.charAt(text.length() - 1) == '"';
            return quoted ? text.substring(1, text.length() - 1) : text;
        }
    }
}
