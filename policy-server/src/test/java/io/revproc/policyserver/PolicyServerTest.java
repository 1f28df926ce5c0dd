package io.revproc.policyserver;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.revproc.server.FakeProxy;
import io.revproc.server.Peer;
import io.revproc.server.PolicyServer;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.PayloadDigest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The whole application in this JVM, against a proxy made for the test. */
class PolicyServerTest {
    private final FakeProxy proxy = new FakeProxy();
    private final List<ConfigurableApplicationContext> running = new ArrayList<>();

    @AfterEach
    void close() {
        running.forEach(ConfigurableApplicationContext::close);
        proxy.close();
    }

    private ConfigurableApplicationContext start(String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of("-id", "1", "-listen", "0", "-revproc", "" + proxy.port()));
        all.addAll(List.of(args));
        ConfigurableApplicationContext context = SpringApplication.run(PolicyServerApplication.class,
                CommandLine.FLAGS.translate(all.toArray(String[]::new)));
        running.add(context);
        return context;
    }

    private static int dataPort(ConfigurableApplicationContext context) {
        return context.getBean(PolicyServer.class).port();
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext context, String path) throws Exception {
        int port = Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer()).getPort();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void registersAnswersAndTakesItsLeave() throws Exception {
        ConfigurableApplicationContext context = start("-pp", "PP_1,PP_2", "--policy-server.token=s3cret",
                "--policy-server.weight=3", "--policy-server.zone=eu-1", "--policy-server.max-in-flight=64");
        await().until(() -> proxy.received(Message.Setup.class).size() == 2);
        assertThat(proxy.received(Message.Setup.class)).contains(new Message.Setup(Ident.of(1), Ident.of("PP_1"),
                dataPort(context), 2, true, 3, "eu-1", 64, "s3cret", false));
        await().until(() -> get(context, "/actuator/health").statusCode() == 200);
        try (Peer peer = new Peer(dataPort(context))) {
            peer.send(new Message.Hello(proxy.lease("PP_1")), Message.Data.of(Ident.of(7), Ident.of("PP_1"), "x"));
            assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("x"));
            context.close();
            assertThat(peer.ended()).isTrue();
        }
        assertThat(proxy.received(Message.Drain.class)).hasSize(2);
        assertThat(proxy.received(Message.Deregister.class)).hasSize(2);
    }

    @Test
    void healthFollowsTheRegistrationAndLivenessDoesNot() throws Exception {
        ConfigurableApplicationContext context = start("-pp", "PP_1");
        await().until(() -> get(context, "/actuator/health/readiness").statusCode() == 200);
        proxy.stop();
        await().until(() -> get(context, "/actuator/health/readiness").statusCode() == 503);
        String down = get(context, "/actuator/health").body();
        assertThat(down).contains("\"registration\"", "\"PP_1\"", "127.0.0.1:" + proxy.port(), "\"DOWN\"");
        assertThat(get(context, "/actuator/health/liveness").statusCode()).isEqualTo(200);
        proxy.restart();
        await().until(() -> get(context, "/actuator/health").statusCode() == 200);
        assertThat(get(context, "/actuator/health").body()).contains("\"state\":\"registered\"", "leaseAgeSeconds");
    }

    @Test
    void aRefusalIsShownByTheHealthCheck() throws Exception {
        proxy.setupAnswer = _ -> new Message.Refusal(ErrorCode.NOT_ALLOWED, "The token is wrong", null, false, null);
        ConfigurableApplicationContext context = start("-pp", "PP_1", "--policy-server.token=wrong");
        await().until(() -> get(context, "/actuator/health").body().contains("The token is wrong"));
        assertThat(get(context, "/actuator/health").body()).contains("\"state\":\"refused\"")
                .doesNotContain("token=wrong");
    }

    @Test
    void printsTheSeedsListing() throws Exception {
        PrintStream stdout = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        int port;
        try {
            ConfigurableApplicationContext context = start("-pp", "PP_1", "--revproc.transcript=true");
            port = dataPort(context);
            await().until(() -> printed.toString(StandardCharsets.UTF_8).contains("Sever is listening"));
        } finally {
            System.setOut(stdout);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines()
                .filter(line -> line.matches("(Ser?ver|Connecting|b').*"))).containsExactly("Server runing with id 1",
                        "Server serving privacy policy PP_1", "Connecting to the reverse proxy on port " + proxy.port(),
                        "b'{\"Status\": \"Successfully setup with reverse proxy\"}'", "Sever is listening on " + port);
    }

    @ParameterizedTest
    @CsvSource({
            "--policy-server.listn=1,'policy-server: there is no setting ''policy-server.listn'' (on the command line), did you mean ''policy-server.listen''?; --help-all lists all settings'",
            "--policy-server.weight=0,'policy-server: the setting ''policy-server.weight'' can''t be ''0'': it must be between 1 and 1000'",
            "--policy-server.listen=70000,'policy-server: the setting ''policy-server.listen'' can''t be ''70000'': it must be a port, 0 to 65535 (0: any free one)'",
            "--server.port=70000,'policy-server: the setting ''server.port'' can''t be ''70000'': it must be a port, 0 to 65535 (0: any free one; -1: no HTTP)'",
            "--policy-server.listen=abc,'policy-server: the setting ''policy-server.listen'' can''t be ''abc''; it is a whole number'",
            "--policy-server.revproc=a:b:c,'policy-server: the setting ''policy-server.revproc'': ''a:b:c'' needs brackets around its IPv6 address: [::1]:8123'"})
    void aWrongSettingStopsTheStartWithOneLine(String arg, String line) {
        assertThat(failedStart("-pp", "PP_1", arg)).isEqualTo(line + System.lineSeparator());
    }

    @Test
    void allWrongSettingsAreSaidAtOnce() {
        assertThat(failedStart("-pp", "PP_1", "--policy-server.listn=1", "--policy-server.weight=0",
                "--policy-server.tls=x", "--policy-server.mux=", "--policy-server.listen=abc", "--server.port=70000")
                .strip().split("; (?=the setting|there is|'policy)")).containsExactlyInAnyOrder(
                        "policy-server: 'policy-server.tls' is a group of settings and has no value of its own; name the setting in it that is meant (on the command line)",
                        "there is no setting 'policy-server.listn' (on the command line), did you mean 'policy-server.listen'?; --help-all lists all settings",
                        "the setting 'server.port' can't be '70000': it must be a port, 0 to 65535 (0: any free one; -1: no HTTP)",
                        "the setting 'policy-server.listen' can't be 'abc'; it is a whole number",
                        "the setting 'policy-server.mux' is empty; give it a value, or leave it out and its default holds",
                        "the setting 'policy-server.weight' can't be '0': it must be between 1 and 1000");
    }

    @Test
    void allWrongValuesAreSaidAtOnce() {
        assertThat(failedStart("-pp", "PP_1", "--policy-server.weight=0", "--policy-server.mux=",
                "--policy-server.proto=x")).isEqualTo(
                        "policy-server: the setting 'policy-server.mux' is empty; give it a value, or leave it out and its default holds; "
                                + "the setting 'policy-server.proto' can't be 'x'; it is a whole number; "
                                + "the setting 'policy-server.weight' can't be '0': it must be between 1 and 1000"
                                + System.lineSeparator());
    }

    @Test
    void anEmptyGroupOfSettingsSetsNothing(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("settings.yaml"), "policy-server: {tls: , purposes: []}\n");
        assertThat(dataPort(start("-pp", "PP_1", "--spring.config.additional-location=file:" + file))).isPositive();
    }

    @Test
    void aTakenPortStopsTheStartWithOneLineAndRegistersNothing() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThat(failedStart("-listen", "" + port)).isEqualTo("policy-server: the data port 127.0.0.1:" + port
                    + " can't be opened (it is in use by another program); choose another with policy-server.listen"
                    + System.lineSeparator());
            assertThat(failedStart("--server.port=" + port)).isEqualTo("policy-server: the HTTP port " + port
                    + " is taken by another program; choose another with server.port"
                    + System.lineSeparator());
            assertThat(failedStart("-listen", "" + port, "--server.port=" + port)).as("both are our own")
                    .isEqualTo("policy-server: server.port and policy-server.listen are both " + port
                            + "; give one of them another" + System.lineSeparator());
            assertThat(failedStart("-listen", "" + port, "--server.port=0", "--management.server.port=" + port))
                    .isEqualTo("policy-server: management.server.port and policy-server.listen are both " + port
                            + "; give one of them another" + System.lineSeparator());
        }
        assertThat(proxy.received).isEmpty();
    }

    @Test
    void anEmptyAddressOfHttpIsRefused() {
        assertThat(failedStart("--server.address=")).isEqualTo("policy-server: the setting 'server.address' is empty; "
                + "give it a value, or leave it out and its default holds" + System.lineSeparator());
    }

    @Test
    void aFileThatIsNoYamlIsSaidInOneLineThatQuotesNothing(@TempDir Path directory) throws IOException {
        Path bad = Files.writeString(directory.resolve("bad.yaml"), "a: 1\nsecret: hunter2: x\n");
        assertThat(failedStart("--spring.config.additional-location=file:" + bad)).startsWith("policy-server: ")
                .contains("line 2, column 16 is no valid YAML").doesNotContain("hunter2").hasLineCount(1);
    }

    /** What a start that fails prints to the standard error stream. */
    private String failedStart(String... args) {
        PrintStream stderr = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertThatThrownBy(() -> start(args)).isInstanceOf(Exception.class);
        } finally {
            System.setErr(stderr);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theSeedsProtocolNeedsOneSetting() throws Exception {
        ConfigurableApplicationContext context = start("-pp", "PP_1", "--policy-server.proto=1");
        await().until(() -> get(context, "/actuator/health").statusCode() == 200);
        assertThat(proxy.received)
                .containsExactly(Message.Setup.part1(Ident.of(1), Ident.of("PP_1"), dataPort(context)));
        long start = System.nanoTime();
        context.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }
}
