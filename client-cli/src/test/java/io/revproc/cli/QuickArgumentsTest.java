package io.revproc.cli;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;

import static org.assertj.core.api.Assertions.assertThat;

class QuickArgumentsTest {
    private static final Terminal TERMINAL = new Terminal(new ByteArrayInputStream(new byte[0]), nowhere(), nowhere(),
            false, false,
            Map.of("REVPROC_PORT", "99", "REVPROC_TIMEOUT", "7s"), Path.of(""));
    private static final Settings SETTINGS = Settings.load(TERMINAL);

    static Stream<List<String>> everyOptionOfSend() {
        List<List<String>> lines = new ArrayList<>(List.of(List.of("send"),
                List.of("send", "--policy", "P", "--payload", "x y", "--json", "--port", "1", "-H", "h")));
        for (OptionSpec option : picocli("send").getCommandSpec().options()) {
            for (String name : option.names()) {
                lines.add(option.arity().max() == 0 ? List.of("send", name) : List.of("send", name, sample(option)));
            }
        }
        return lines.stream();
    }

    @ParameterizedTest
    @MethodSource("everyOptionOfSend")
    void bothWaysReadTheSame(List<String> line) throws IllegalAccessException {
        SendCommand quick = QuickArguments.send(TERMINAL, SETTINGS, line.toArray(String[]::new));
        if (quick != null) {
            assertThat(state(quick)).isEqualTo(state(parsed(line)));
        } else {
            assertThat(line.get(1)).isIn("--help", "-h", "--version", "-V", "--repeat", "--concurrency", "--admin",
                    "--tls", "--cacert",
                    "--cert", "--key", "--evidence");
        }
    }

    @Test
    void theSeedsFlagsAreReadTheSameToo() throws IllegalAccessException {
        List<String> line = List.of("seed", "-id", "1327", "-revproc", "8080", "-pkt", "1327.PP_2", "-host", "h");

        SeedCommand quick = QuickArguments.seed(TERMINAL, SETTINGS, line.toArray(String[]::new));

        assertThat(state(java.util.Objects.requireNonNull(quick))).isEqualTo(state(parsed(line)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"send --nonsense x", "send --port", "send --port x", "send --timeout soon",
            "send --policy=P",
            "send --payload --json", "send --policy A --policy B", "send word"})
    void whatIsNotPlainIsLeftToPicocli(String line) {
        assertThat(QuickArguments.send(TERMINAL, SETTINGS, line.split(" "))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"seed", "seed -id 1 -revproc 2", "seed -id 1 -revproc x -pkt y",
            "seed -id 1 -revproc 2 -pkt y -z"})
    void whatIsNotPlainForTheSeedIsLeftToPicocli(String line) {
        assertThat(QuickArguments.seed(TERMINAL, SETTINGS, line.split(" "))).isNull();
    }

    private static String sample(OptionSpec option) {
        return option.type() == int.class
                ? "17"
                : option.type().getSimpleName().equals("Duration")
                        ? "3s"
                        : option.type().isEnum() ? "sha1" : "http://text";
    }

    private static CommandLine picocli(String command) {
        return java.util.Objects.requireNonNull(
                Revproc.commandLine(TERMINAL, SETTINGS, command).getSubcommands().get(command));
    }

    private static Object parsed(List<String> line) {
        CommandLine all = Revproc.commandLine(TERMINAL, SETTINGS, line.getFirst());
        all.parseArgs(line.toArray(String[]::new));
        return java.util.Objects.requireNonNull(all.getSubcommands().get(line.getFirst())).getCommand();
    }

    /** All fields, those of mixins with them. */
    private static Map<String, String> state(Object command) throws IllegalAccessException {
        Map<String, String> state = new TreeMap<>();
        for (Field field : Arrays.asList(command.getClass().getDeclaredFields())) {
            field.setAccessible(true);
            @Nullable
            Object value = field.get(command);
            if (field.isAnnotationPresent(Mixin.class) && value != null) {
                state.putAll(state(value));
            } else if (!field.isSynthetic() && !field.getName().startsWith("$")) {
                state.put(field.getName(), String.valueOf(value));
            }
        }
        return state;
    }

    private static PrintStream nowhere() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }
}
