package io.revproc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.revproc.proxy.events.Event;
import io.revproc.proxy.events.EventLog;
import io.revproc.proxy.events.EventQuery;
import io.revproc.proxy.listener.TcpListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The listener takes messages before the HTTP side is made. */
class ListenerFirstTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String MESSAGE = "{\"type\":0,\"srcid\":7,\"privPoliId\":\"PP_1\",\"payloadsize\":1,\"payload\":\"x\"}";
    private static final String ANSWER = "{\"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"ack\"}";

    @TempDir
    Path directory;

    private @Nullable GenericApplicationContext context;
    private @Nullable TcpListener listener;
    private @Nullable EventLog events;
    private @Nullable PhasedLifecycle phased;
    private volatile boolean ending;
    private Runnable whenStarted = () -> {};

    /** The drain waits for the replies that are owed, as at the end. */
    @Test
    void aMessageIsAnsweredThoughTheRestOfTheStartFails() throws Exception {
        CompletableFuture<String> reply = new CompletableFuture<>();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(() -> {
                listener = Objects.requireNonNull(context).getBean(TcpListener.class);
                int port = Objects.requireNonNull(listener.localAddress()).getPort();
                say(port, "{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":" + server.getLocalPort() + "}");
                Thread.ofVirtual().start(() -> reply.complete(say(port, MESSAGE)));
                Socket message = accept(server);
                Thread.ofVirtual().start(() -> answerWhenItNoLongerListens(message, port));
                throw new IllegalStateException("no HTTP");
            }, 0)).hasStackTraceContaining("no HTTP");
        }
        assertThat(reply).isCompletedWithValue(ANSWER);
        assertThat(Objects.requireNonNull(listener).isRunning()).isFalse();
        assertThat(directory.resolve("routes")).as("the table's last state").content().contains("PP_1");
    }

    /** What others are told at the end, such as that servers have not gone with this proxy, they are told then too. */
    @Test
    void whatHasBegunHearsOfTheEndThoughTheRestOfTheStartFails() {
        List<String> heard = new ArrayList<>();
        phased = new PhasedLifecycle(0) {
            @Override
            void begin() {
                heard.add("begin");
            }

            @Override
            void ending() {
                heard.add("ending, listening " + Objects.requireNonNull(listener).isRunning());
            }

            @Override
            void end() {
                heard.add("end, listening " + Objects.requireNonNull(listener).isRunning());
            }
        };
        assertThatThrownBy(() -> start(() -> {
            listener = Objects.requireNonNull(context).getBean(TcpListener.class);
            throw new IllegalStateException("no HTTP");
        }, 0)).hasStackTraceContaining("no HTTP");
        assertThat(heard).containsExactly("begin", "ending, listening true", "end, listening false");
        assertThat(named()).as("why is said before the drain, which may take long")
                .containsSubsequence("listening", "start_failed", "draining", "stopped");
    }

    @Test
    void onePortForBothIsFoundBeforeAMessageIsTaken() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> start(() -> {}, port, port))
                .satisfies(failure -> assertThat(new StartFailures().sentence(failure))
                        .isEqualTo("server.port and revproc.listener.port are both " + port
                                + "; give one of them another"));
        assertThat(named()).doesNotContain("listening");
    }

    @Test
    void aTakenHttpPortIsFoundBeforeAMessageIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(() -> {}, taken.getLocalPort()))
                    .satisfies(failure -> assertThat(new StartFailures().sentence(failure))
                            .isEqualTo("the HTTP port " + taken.getLocalPort()
                                    + " is taken by another program; choose another with server.port"));
        }
        assertThat(named()).doesNotContain("listening");
    }

    @Test
    void whatElseWouldStopTheHttpSideIsFoundBeforeAMessageIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(() -> {}, 0, 0, "--management.server.port=" + taken.getLocalPort(),
                    "--management.server.address=127.0.0.1"))
                    .satisfies(failure -> assertThat(new StartFailures().sentence(failure))
                            .endsWith("is taken by another program; choose another with management.server.port"));
            assertThat(named()).doesNotContain("listening");
        }
        assertThatThrownBy(() -> start(() -> {}, 0, 99999))
                .satisfies(failure -> assertThat(new StartFailures().sentence(failure)).isEqualTo(
                        "the setting 'revproc.listener.port' can't be '99999': it must be a port, 0 to 65535 (0: any free one)"));
        assertThatThrownBy(() -> start(() -> {}, 99999))
                .satisfies(failure -> assertThat(new StartFailures().sentence(failure)).isEqualTo(
                        "the setting 'server.port' can't be '99999': it must be a port, 0 to 65535 (0: any free one; -1: no HTTP)"));
        assertThatThrownBy(() -> start(() -> {}, 0, 0, "--server.ssl.bundle=nix"))
                .satisfies(failure -> assertThat(new StartFailures().sentence(failure)).startsWith(
                        "server.ssl.bundle names the bundle 'nix', which spring.ssl.bundle.pem.nix or .jks has to define"));
        assertThat(named()).doesNotContain("listening");
    }

    /** A start that goes on would become ready, and be given messages, while the proxy drains. */
    @Test
    void aStartThatIsToldToEndGoesNoFurtherThanItsNextPart() {
        List<String> heard = new ArrayList<>();
        phased = new PhasedLifecycle(0) {
            @Override
            void begin() {
                heard.add("begin");
                ending = true;
            }

            @Override
            void end() {
                heard.add("end");
            }
        };
        assertThatThrownBy(() -> start(() -> {}, 0)).isInstanceOf(SpringApplication.AbandonedRunException.class);
        assertThat(heard).containsExactly("begin", "end");
        assertThat(named()).doesNotContain("listening", "start_failed", "started");

        phased = null;
        ending = false;
        assertThatThrownBy(() -> start(() -> ending = true, 0))
                .isInstanceOf(SpringApplication.AbandonedRunException.class);
        assertThat(named()).containsSubsequence("listening", "draining", "stopped").doesNotContain("start_failed",
                "started");
    }

    @Test
    void aProxyThatIsToldToEndWhenItsStartIsDoneIsNotReady() {
        whenStarted = () -> ending = true;
        try {
            assertThatThrownBy(() -> start(() -> {}, 0)).isInstanceOf(SpringApplication.AbandonedRunException.class);
            assertThat(named()).contains("listening").doesNotContain("started");
            assertThat(Objects.requireNonNull(context).getBean(ApplicationAvailability.class).getReadinessState())
                    .isEqualTo(ReadinessState.REFUSING_TRAFFIC);
        } finally {
            Objects.requireNonNull(context).close();
        }
    }

    /** The events' names, the oldest first. */
    private List<String> named() {
        return Objects.requireNonNull(events).newest(EventQuery.ALL, 100).stream().map(Event::name).toList();
    }

    @Test
    void allWrongValuesAreSaidAtOnceWhicheverClassTheyAreOf() {
        assertThatThrownBy(() -> start(() -> {}, 0, -5, "--revproc.forward.deadline=x",
                "--revproc.forward.connect-timeout=y", "--revproc.policies[PP_1].balance=",
                "--revproc.policies.PP_3.queue-limit=-6"))
                .satisfies(failure -> assertThat(new StartFailures().sentence(failure).split("; (?=the setting)"))
                        .containsExactlyInAnyOrder(
                                "the setting 'revproc.listener.port' can't be '-5': it must be a port, 0 to 65535 (0: any free one)",
                                "the setting 'revproc.forward.deadline' can't be 'x'; it is a duration, such as 500ms, 30s or 5m",
                                "the setting 'revproc.forward.connect-timeout' can't be 'y'; it is a duration, such as 500ms, 30s or 5m",
                                "the setting 'revproc.policies[PP_1].balance' is empty; give it a value, or leave it out and its default holds",
                                "the setting 'revproc.policies[PP_3].queue-limit' can't be '-6': it must be between 0 and 1000000"));
    }

    @Test
    void allWrongSettingsAreSaidAtOnceWhateverIsWrong() {
        assertThatThrownBy(() -> start(() -> {}, 99999, -5, "--revproc.forward.deadline=x",
                "--revproc.forward.connect-timeout=y", "--revproc.listener.max-unanswered=0", "--revproc.prt=1",
                "--revproc.listner.port=1", "--revproc.health=5", "--revproc.policies[PP_1].balance=",
                "--revproc.registration.ttl=1s",
                "--revproc.registration.max-endpoints=0",
                "--revproc.policies.PP_3.queue-limit=-6"))
                .satisfies(failure -> assertThat(
                        new StartFailures().sentence(failure).split("; (?=the setting|there is|'revproc)"))
                        .containsExactlyInAnyOrder(
                                "'revproc.health' is a group of settings and has no value of its own; name the setting in it that is meant (on the command line)",
                                "there is no setting 'revproc.listner.port' (on the command line), did you mean 'revproc.listener.port'?, nor 'revproc.prt' (on the command line); --help-all lists all settings",
                                "the setting 'server.port' can't be '99999': it must be a port, 0 to 65535 (0: any free one; -1: no HTTP)",
                                "the setting 'revproc.listener.max-unanswered' can't be '0': it must be between 1 and 10000",
                                "the setting 'revproc.listener.port' can't be '-5': it must be a port, 0 to 65535 (0: any free one)",
                                "the setting 'revproc.forward.deadline' can't be 'x'; it is a duration, such as 500ms, 30s or 5m",
                                "the setting 'revproc.forward.connect-timeout' can't be 'y'; it is a duration, such as 500ms, 30s or 5m",
                                "the setting revproc.registration.ttl must be at least twice revproc.registration.heartbeat, and at most 10m",
                                "the setting 'revproc.registration.max-endpoints' can't be '0': it must be between 1 and 10000000",
                                "the setting 'revproc.policies[PP_1].balance' is empty; give it a value, or leave it out and its default holds",
                                "the setting 'revproc.policies[PP_3].queue-limit' can't be '-6': it must be between 0 and 1000000"));
    }

    @Test
    void emptySectionsSetNothingAndAPolicyThatIsOnlyNamedIsDeclared() throws IOException {
        Path file = Files.writeString(directory.resolve("settings.yaml"), """
                revproc:
                  policies-declared-only: true
                  listener: {tls: , proxy-protocol-from: []}
                  health:
                  audit: {}
                  registration: {grants: []}
                  evidence:
                  policies:
                    pp-1:
                    "[PP_1]": {}
                    "[PP_2]": {clients: {}, regions: }
                """);
        List<String> declared = new ArrayList<>();
        start(() -> Objects.requireNonNull(context).getBean(PoliciesProperties.class).declared()
                .forEach(policy -> declared.add(policy.name())), 0, 0,
                "--spring.config.additional-location=file:" + file);
        assertThat(declared).containsExactlyInAnyOrder("pp-1", "PP_1", "PP_2");
    }

    @Test
    void policyThatIsNotDeclaredIsNamedWithoutAClassOfJava() {
        assertThatThrownBy(() -> start(() -> {}, 0, 0, "--revproc.policies[eu].may-be-served-by=eu-de"))
                .satisfies(failure -> assertThat(new StartFailures().sentence(failure)).isEqualTo(
                        "the setting revproc.policies[eu].may-be-served-by: 'eu-de' is not declared; declare it as well"));
    }

    /** @param http runs when the HTTP side is made */
    private void start(Runnable http, int httpPort) {
        start(http, httpPort, 0);
    }

    private void start(Runnable http, int httpPort, int listenerPort, String... more) {
        SpringApplication application = RevprocService.application(() -> ending);
        application.addListeners((ApplicationListener<ApplicationStartedEvent>) _ -> whenStarted.run());
        application.addInitializers(prepared -> {
            GenericApplicationContext made = (GenericApplicationContext) prepared;
            context = made;
            events = made.getBeanFactory().getBean(EventLog.class);
            PhasedLifecycle own = phased;
            if (own != null) {
                made.registerBean("phased", PhasedLifecycle.class, () -> own);
            }
            made.registerBean("http", WebServerFactoryCustomizer.class,
                    () -> (WebServerFactoryCustomizer<TomcatServletWebServerFactory>) factory -> http.run());
        });
        List<String> settings = new ArrayList<>(List.of("--server.port=" + httpPort,
                "--revproc.listener.port=" + listenerPort,
                "--revproc.listener.event-loops=1", "--revproc.store=memory",
                "--revproc.store.file=" + directory.resolve("routes"), "--spring.main.register-shutdown-hook=false"));
        settings.addAll(List.of(more));
        application.run(settings.toArray(String[]::new)).close();
    }

    private static Socket accept(ServerSocket server) {
        try {
            return server.accept();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answerWhenItNoLongerListens(Socket message, int port) {
        await().atMost(PATIENCE).until(() -> !accepts(port));
        try (message) {
            message.getOutputStream().write(ANSWER.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** One message on a connection of its own; answers the reply. */
    private static String say(int port, String message) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
