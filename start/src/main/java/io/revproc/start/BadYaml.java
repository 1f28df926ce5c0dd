package io.revproc.start;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.UnicodeReader;

/** Reports which file is not valid YAML, and where: the framework's error names no file, and quotes the lines around, secrets included. */
final class BadYaml {
    private static final List<String> LOCATIONS = List.of("spring.config.location", "spring.config.additional-location",
            "spring.config.import");

    /** Where the parser's sentence goes on with a word of the file: {@code password: *word} is an alias for it. */
    private static final Pattern QUOTE = Pattern
            .compile("(undefined alias|tag handle|the tag|duplicate key|escape character) .*|, but found: .*",
                    Pattern.DOTALL);

    private BadYaml() {}

    /**
     * Returns a sentence that quotes nothing of the file.
     *
     * @param arguments   of the process
     * @param environment of the process
     */
    static String sentence(YAMLException fault, Path directory, List<String> arguments,
            Map<String, String> environment) {
        for (Path file : candidates(directory, arguments, environment)) {
            YAMLException own = fault(file);
            if (own != null) {
                return file + ": " + where(own);
            }
        }
        return "a configuration file: " + where(fault);
    }

    /** Returns a sentence on a key inside a list that is no text: the framework takes numbers for keys everywhere else. */
    static String keyInList(Path directory, List<String> arguments, Map<String, String> environment) {
        String file = candidates(directory, arguments, environment).stream().filter(BadYaml::hasKeyInList).findFirst()
                .map(Path::toString).orElse("a configuration file");
        return file + ": a key inside a list is a number, or true or false; put it in quotes";
    }

    private static boolean hasKeyInList(Path file) {
        try (Reader reader = new UnicodeReader(Files.newInputStream(file))) {
            return StreamSupport.stream(documents(reader).spliterator(), false)
                    .anyMatch(document -> hasKey(document, false));
        } catch (YAMLException | IOException e) {
            return false;
        }
    }

    /** Reads as the framework does. */
    private static Iterable<Object> documents(Reader reader) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        return new Yaml(new SafeConstructor(options)).loadAll(reader);
    }

    private static boolean hasKey(@Nullable Object node, boolean inList) {
        return switch (node) {
            case Map<?, ?> map -> inList && map.keySet().stream().anyMatch(key -> !(key instanceof String))
                    || map.values().stream().anyMatch(value -> hasKey(value, inList));
            case List<?> list -> list.stream().anyMatch(value -> hasKey(value, true));
            case null, default -> false;
        };
    }

    private static String where(YAMLException fault) {
        return switch (fault) {
            case MarkedYAMLException marked -> {
                String place = marked.getProblemMark() == null
                        ? ""
                        : "line " + (marked.getProblemMark().getLine() + 1) + ", column "
                                + (marked.getProblemMark().getColumn() + 1) + " is ";
                yield place + "no valid YAML (" + QUOTE.matcher(String.valueOf(marked.getProblem())).replaceFirst("$1")
                        + ")";
            }
            case ReaderException reader -> "character " + (reader.getPosition() + 1) + " is none that YAML may hold";
            default -> fault.getCause() instanceof CharacterCodingException
                    ? "this is not UTF-8; save it in that encoding"
                    : "this is no valid YAML";
        };
    }

    private static @Nullable YAMLException fault(Path file) {
        try (Reader reader = new UnicodeReader(Files.newInputStream(file))) {
            documents(reader).forEach(_ -> {});
        } catch (YAMLException e) {
            return e;
        } catch (IOException e) {
            // Not the one.
        }
        return null;
    }

    /** The files that the framework may have read: those in the working directory, and what the settings name. */
    private static List<Path> candidates(Path directory, List<String> arguments, Map<String, String> environment) {
        List<String> places = new ArrayList<>(List.of("./", "./config/"));
        for (String location : LOCATIONS) {
            Stream.of("--", "-D").map(dashes -> dashes + location + "=").forEach(start -> arguments.stream()
                    .filter(argument -> argument.startsWith(start))
                    .forEach(argument -> places.add(argument.substring(start.length()))));
            String variable = environment.get(location.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT));
            if (variable != null) {
                places.add(variable);
            }
        }
        List<Path> files = new ArrayList<>();
        for (String place : String.join(",", places).split("[,;]")) {
            String name = place.strip().replaceFirst("^optional:", "").replaceFirst("^file:", "");
            try {
                if (name.endsWith("/")) {
                    files.add(directory.resolve(name + "application.yaml").normalize());
                    files.add(directory.resolve(name + "application.yml").normalize());
                } else {
                    files.add(directory.resolve(name).normalize());
                }
            } catch (InvalidPathException e) {
                // Then it is none of the files that were read.
            }
        }
        return files;
    }
}
