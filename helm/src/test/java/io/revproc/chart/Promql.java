package io.revproc.chart;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much of Prometheus' query language as the chart's queries use: tokens, brackets, and which names are metrics. */
final class Promql {
    private static final Pattern TOKEN = Pattern.compile("\\s+|(?<string>\"(?:[^\"\\\\]|\\\\.)*\")"
            + "|(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)|(?<duration>\\[(?:\\$__rate_interval|\\d+[smhd](?::\\d+[smhd])?)\\])"
            + "|(?<number>\\d+(?:\\.\\d+)?)|(?<operator>=~|!~|!=|==|>=|<=|[=<>+*/,-])|(?<bracket>[(){}])");
    private static final Set<String> WORDS = Set.of("by", "without", "on", "ignoring", "and", "or", "unless", "sum",
            "max",
            "min", "avg", "count", "topk", "bottomk", "rate", "increase", "delta", "max_over_time",
            "histogram_quantile", "absent");

    private Promql() {}

    static Set<String> metrics(Collection<String> expressions) {
        Set<String> metrics = new TreeSet<>();
        expressions.forEach(expression -> read(expression, metrics));
        return metrics;
    }

    /** @throws IllegalArgumentException if it is not well formed */
    static void read(String expression, Set<String> metrics) {
        Matcher matcher = TOKEN.matcher(expression);
        Deque<String> open = new ArrayDeque<>();
        String before = "";
        int at = 0;
        while (at < expression.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new IllegalArgumentException("at " + at + " of " + expression);
            }
            String token = matcher.group().strip();
            at = matcher.end();
            if (token.isEmpty()) {
                continue;
            }
            if (matcher.group("bracket") != null) {
                bracket(expression, open, token, before);
            } else if (matcher.group("name") != null && open.stream().noneMatch(one -> one.equals("{"))
                    && !"by".equals(open.peek())) {
                if (!WORDS.contains(token)) {
                    metrics.add(token);
                }
            }
            before = token;
        }
        if (!open.isEmpty()) {
            throw new IllegalArgumentException("not closed: " + expression);
        }
    }

    /** What is open: "(", "{", or "by" for a list of labels. */
    private static void bracket(String expression, Deque<String> open, String token, String before) {
        switch (token) {
            case "(" -> open.push(Set.of("by", "without", "on", "ignoring").contains(before) ? "by" : "(");
            case "{" -> open.push("{");
            default -> {
                String opened = open.poll();
                if (opened == null || token.equals("}") != opened.equals("{")) {
                    throw new IllegalArgumentException("brackets of " + expression);
                }
            }
        }
    }
}
