package io.revproc.start;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** With {@code server.}, whose list of settings Spring Boot brings. */
class StartFailuresTest {
    private final StartFailures failures = new StartFailures("demo", "server") {
        @Override
        protected @Nullable String own(Throwable cause) {
            return cause instanceof IllegalMonitorStateException ? "known better" : null;
        }
    };

    enum Pace {
        FAST, QUITE_SLOW
    }

    record Demo(int port, @Nullable Pace pace, @Nullable InetAddress address, @Nullable Servlet servlet) {
        Demo {
            if (port > 65_535) {
                throw new IllegalArgumentException("no port is " + port);
            }
        }
    }

    record Servlet(Map<String, Size> contextParameters) {}

    record Size(int length) {}

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "port | '' | the setting 'server.port' is empty; give it a value, or leave it out and its default holds",
            "address | '' | the setting 'server.address' is empty; give it a value, or leave it out and its default holds",
            "servlet.context-parameters.PP_3.length | x | the setting 'server.servlet.context-parameters[PP_3].length' can't be 'x'; it is a whole number",
            "servlet.context-parameters.PP_3.length | '' | the setting 'server.servlet.context-parameters[PP_3].length' is empty; give it a value, or leave it out and its default holds",
            "port | abc | the setting 'server.port' can't be 'abc'; it is a whole number",
            "port | http://u:S3CRET@ h:1/x | the setting 'server.port' can't be read; it is a whole number",
            "port | http://S3CRET@h | the setting 'server.port' can't be read; it is a whole number",
            "port | http://h:1/x | the setting 'server.port' can't be 'http://h:1/x'; it is a whole number",
            "pace | foo | the setting 'server.pace' can't be 'foo'; choose one of fast, quite-slow",
            "port | 70000 | the setting 'server': no port is 70000"})
    void wrongSettingIsNamedWithWhatWouldBeRight(String key, String value, String sentence) {
        Binder binder = new Binder(new MapConfigurationPropertySource(Map.of("server." + key, value)));
        Throwable failure = catchThrowable(() -> binder.bind("server", Bindable.of(Demo.class),
                SettingsBinding.advisor(failures).apply(BindHandler.DEFAULT)));
        assertThat(failures.sentence(new IllegalStateException(failure))).isEqualTo(sentence);
    }

    record Account(@Nullable String name) {}

    record Secrets(@Nullable List<Account> users, @Nullable Map<String, Account> tokens, @Nullable Integer password,
            @Nullable List<Account> others) {}

    /** A person types a secret in the place of a list, and the sentence stands in a log that many read. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"users | the setting 'server.users' can't be read",
            "tokens | the setting 'server.tokens' can't be read",
            "password | the setting 'server.password' can't be read",
            "users[0] | the setting 'server.users[0]' can't be read",
            "others | the setting 'server.others' can't be 'hunter2'"})
    void secretInTheWrongPlaceIsNotQuoted(String key, String sentence) {
        Binder binder = new Binder(new MapConfigurationPropertySource(Map.of("server." + key, "hunter2")));
        Throwable failure = catchThrowable(() -> binder.bind("server", Bindable.of(Secrets.class)));
        assertThat(failures.sentence(failure)).startsWith(sentence);
    }

    @Test
    void ownSentencesComeFirstAndTheRootIsSaidWhereNobodyKnows() {
        assertThat(failures.sentence(new IOException(new IllegalMonitorStateException("x")))).isEqualTo("known better");
        Throwable wrong = catchThrowable(() -> WrongSettingException.parsed("server.port", () -> Integer.valueOf("x")));
        assertThat(failures.sentence(new IllegalStateException(wrong)))
                .isEqualTo("the setting 'server.port': For input string: \"x\"");
        assertThat(failures.sentence(new IllegalStateException("outer", thrownHere("server.port: no 7"))))
                .isEqualTo("the setting server.port: no 7");
        assertThat(failures.sentence(new IllegalStateException("outer", thrownHere("no such thing"))))
                .isEqualTo("no such thing");
        assertThat(failures.sentence(new IllegalStateException("outer", new IOException("disk\n  full"))))
                .isEqualTo("the start failed: disk full (IOException)");
    }

    private static Throwable thrownHere(String message) {
        return catchThrowable(() -> {
            throw new IllegalArgumentException(message);
        });
    }

    @Test
    void sentenceIsPrintedWithTheProgramsName() {
        assertThat(printed(true, () -> failures.report(failures.analyze(new IllegalMonitorStateException()))))
                .isEqualTo("demo: known better" + System.lineSeparator());
    }

    @Test
    void programPrintsItsHelpAndItsVersion() {
        Program program = new Program("demo", "demo", all -> all ? "everything" : "every day",
                new SeedFlags(Map.of(), Set.of()),
                TrialStart.with());
        assertThat(printed(false, () -> program.main(new SpringApplication(), new String[]{"--help"})))
                .isEqualTo("every day");
        assertThat(printed(false, () -> program.main(new SpringApplication(), new String[]{"--help-all"})))
                .isEqualTo("everything");
        assertThat(printed(false, () -> program.main(new SpringApplication(), new String[]{"--version"})))
                .isEqualTo("demo unknown" + System.lineSeparator());
    }

    private static String printed(boolean toErrors, Runnable work) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
        PrintStream before = toErrors ? System.err : System.out;
        try {
            set(toErrors, stream);
            work.run();
        } finally {
            set(toErrors, before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static void set(boolean errors, PrintStream stream) {
        if (errors) {
            System.setErr(stream);
        } else {
            System.setOut(stream);
        }
    }
}
