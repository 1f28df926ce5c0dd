package io.revproc.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/** A properties record as it stands in the source: its components, with their bounds, defaults and what is said of them. */
final class RecordSource {
    private static final Pattern DEFAULT = Pattern.compile("@DefaultValue\\((\\{?[^)]*}?)\\)");
    private static final String AMOUNT = "([\\d_]+|Duration\\.ZERO|Duration\\.of\\w+\\([\\d_]+\\))";
    /** A call of {@code Bounds}: of a range, of a port, or of a percentage. */
    private static final Pattern BOUND = Pattern
            .compile("(?:range\\(\"([^\"]+)\", \\w+, " + AMOUNT + ", " + AMOUNT + "|(port|percentage)\\(\"([^\"]+)\")");

    /** One component. */
    record Component(String name, String type, @Nullable String defaultValue, String bounds, String description) {}

    private RecordSource() {}

    /** @param className as {@code Class.getName()} has it, with a dollar before a nested one */
    static List<Component> read(Path sources, String className) throws IOException {
        String source = Files.readString(file(sources, className));
        Matcher header = Pattern.compile("\\brecord " + simple(className) + "\\(").matcher(source);
        if (!header.find()) {
            return List.of();
        }
        Map<String, String> said = parameters(source.substring(0, header.start()));
        Map<String, String> bounds = bounds(source.substring(header.end()));
        List<Component> components = new ArrayList<>();
        for (String part : split(source.substring(header.end()))) {
            Matcher value = DEFAULT.matcher(part);
            String plain = part.replaceAll("@[A-Za-z.]+(\\([^)]*\\))?", " ").strip();
            int space = plain.lastIndexOf(' ');
            String name = plain.substring(space + 1);
            components.add(new Component(dashed(name), plain.substring(0, space).strip(),
                    value.find() ? value.group(1).replaceAll("[\"{}]", "").replace(", ", ",") : null,
                    bounds.getOrDefault(dashed(name), ""), said.getOrDefault(name, "")));
        }
        return components;
    }

    /** Where the class is written: under {@code sources}, MODULE/src/main/java, or else in another module. */
    static Path file(Path sources, String className) throws IOException {
        String name = className.replaceFirst("\\$.*", "").replace('.', '/') + ".java";
        Path here = sources.resolve(name);
        Path home = sources.resolve("../../../..").normalize();
        if (!Files.exists(here)) {
            try (Stream<Path> modules = Files.list(home)) {
                return modules.map(module -> module.resolve("src/main/java").resolve(name)).filter(Files::exists)
                        .findFirst().orElse(here);
            }
        }
        return here;
    }

    /** The constants of an enum, as they are written in settings; nothing if it is none. */
    static List<String> constants(Path sources, String className) throws IOException {
        Path file = file(sources, className);
        if (!Files.exists(file)) {
            return List.of();
        }
        Matcher body = Pattern.compile("\\benum " + simple(className) + " \\{(.*?)[;}]", Pattern.DOTALL)
                .matcher(Files.readString(file).replaceAll("(?s)/\\*.*?\\*/", ""));
        return !body.find()
                ? List.of()
                : Pattern.compile("\\b[A-Z][A-Z0-9_]*\\b").matcher(body.group(1).replaceAll("\\([^)]*\\)|\\{[^}]*", ""))
                        .results().map(one -> one.group().toLowerCase(Locale.ROOT).replace('_', '-')).toList();
    }

    /** What the Javadoc that ends the text says of each parameter. */
    private static Map<String, String> parameters(String text) {
        Map<String, String> said = new LinkedHashMap<>();
        String doc = text.substring(text.lastIndexOf("/**") + 3, text.lastIndexOf("*/")).replaceAll("(?m)^ *\\* ?", "");
        for (String part : doc.split("@param ")) {
            Matcher words = Pattern.compile("(\\w+)\\s+(.*)", Pattern.DOTALL).matcher(part);
            if (words.matches()) {
                said.put(words.group(1), words.group(2).replaceAll("\\s+", " ").strip());
            }
        }
        return said;
    }

    /** The components of a record's header, up to its closing bracket. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                i = text.indexOf('"', i + 1);
            } else if ("(<{".indexOf(c) >= 0) {
                depth++;
            } else if (depth == 0 && (c == ',' || c == ')')) {
                parts.add(text.substring(start, i).replaceAll("\\s+", " ").strip());
                start = i + 1;
                if (c == ')') {
                    break;
                }
            } else if (")>}".indexOf(c) >= 0) {
                depth--;
            }
        }
        return parts;
    }

    /** What the record's own {@code check} says of each setting; the text begins behind the record's header. */
    private static Map<String, String> bounds(String text) {
        Map<String, String> bounds = new LinkedHashMap<>();
        int check = text.indexOf("void check(Bounds bounds) {");
        if (check >= 0 && !text.substring(0, check).contains(" record ")) {
            String body = text.substring(check).replaceFirst("(?s)\\n *}\\n.*", "").replaceAll("\\s+", " ");
            BOUND.matcher(body).results().forEach(one -> {
                if (one.group(1) != null) {
                    bounds.put(one.group(1), between(amount(one.group(2)), amount(one.group(3))));
                } else {
                    bounds.put(one.group(5), between("0", one.group(4).equals("port") ? "65535" : "100"));
                }
            });
        }
        return bounds;
    }

    private static String between(String least, String most) {
        return "at least " + least + ", at most " + most;
    }

    private static String amount(String argument) {
        Matcher duration = Pattern.compile("Duration\\.of(\\w+)\\(([\\d_]+)\\)").matcher(argument);
        String number = (duration.matches() ? duration.group(2) : argument).replace("_", "").replace("Duration.ZERO",
                "0");
        return !duration.matches() ? number : number + switch (duration.group(1)) {
            case "Millis" -> " ms";
            case "Seconds" -> " s";
            case "Minutes" -> " min";
            case "Hours" -> " h";
            default -> " d";
        };
    }

    private static String simple(String className) {
        return className.substring(Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1);
    }

    static String dashed(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
