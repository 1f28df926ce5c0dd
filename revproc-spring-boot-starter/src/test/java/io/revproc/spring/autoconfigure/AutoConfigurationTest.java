package io.revproc.spring.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.revproc.client.RevprocClient;
import io.revproc.server.PolicyServer;
import io.revproc.spring.PolicyHandler;
import io.revproc.spring.PolicyHandlerException;
import io.revproc.spring.PolicyServerCustomizer;
import io.revproc.spring.PolicyServerLifecycle;
import io.revproc.spring.RevprocClientCustomizer;
import io.revproc.spring.RevprocConnectionDetails;
import io.revproc.spring.RevprocTemplate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

import static org.assertj.core.api.Assertions.assertThat;

class AutoConfigurationTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
            AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class, SslAutoConfiguration.class,
                    JacksonAutoConfiguration.class,
                    RevprocClientAutoConfiguration.class, RevprocConnectionAutoConfiguration.class,
                    RevprocServerAutoConfiguration.class, RevprocHealthAutoConfiguration.class));

    @Configuration(proxyBeanMethods = false)
    static class One {
        @PolicyHandler("PP_1")
        String one(String payload) {
            return payload;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Another {
        @PolicyHandler("PP_1")
        String another(String payload) {
            return payload;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OfASetting {
        @PolicyHandler("${orders.policy}")
        String one(String payload) {
            return payload;
        }
    }

    static class LazyHandler {
        static boolean made;

        @SuppressWarnings("StaticAssignmentInConstructor") // what the test looks at
        LazyHandler() {
            made = true;
        }

        @PolicyHandler("PP_7")
        String lazy(String payload) {
            return payload;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithLazy {
        @Bean
        @Lazy
        LazyHandler lazyHandler() {
            return new LazyHandler();
        }
    }

    @Test
    void nothingStartsWhereNothingIsConfigured() {
        runner.run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(RevprocClient.class)
                    .doesNotHaveBean(RevprocTemplate.class);
            assertThat(context.getBean(PolicyServerLifecycle.class).server()).isNull();
            assertThat(health(context.getBean("revprocServerHealthIndicator", HealthIndicator.class)))
                    .isEqualTo(Status.UNKNOWN);
        });
    }

    @Test
    void clientIsThereWhereItIsSaidWhereTheProxiesAre() {
        runner.withPropertyValues("revproc.client.proxies=127.0.0.1:1", "revproc.client.connect-timeout=20ms")
                .run(context -> {
                    assertThat(context).hasSingleBean(RevprocClient.class).hasSingleBean(RevprocTemplate.class);
                    assertThat(health(context.getBean("revprocClientHealthIndicator", HealthIndicator.class)))
                            .isEqualTo(Status.DOWN);
                });
        runner.withBean(RevprocConnectionDetails.class, () -> () -> "127.0.0.1:1")
                .run(context -> assertThat(context).hasSingleBean(RevprocClient.class));
    }

    @Test
    void aTokenInAFileIsWhatTheClientShows(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("token.jwt"), "a.b.c\n");
        runner.withPropertyValues("revproc.client.proxies=127.0.0.1:1", "revproc.client.evidence-file=" + file)
                .run(context -> assertThat(
                        context.getBean(RevprocClientAutoConfiguration.Evidence.class).file().get())
                        .isEqualTo("a.b.c"));
        runner.withPropertyValues("revproc.client.proxies=127.0.0.1:1")
                .run(context -> assertThat(context).hasNotFailed()
                        .doesNotHaveBean(RevprocClientAutoConfiguration.Evidence.class));
    }

    /** Client, server: what the settings say; then where messages are sent and where handlers register. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {"- | - | 127.0.0.1:8123 | 127.0.0.1:8123",
            "a:1 | - | a:1 | a:1", "- | b:2 | 127.0.0.1:8123 | b:2", "a:1 | b:2 | a:1 | b:2", "a:1 | '' | a:1 | a:1"})
    void propertiesAreTheConnectionDetailsWhereNoBeanIs(@Nullable String client, @Nullable String server,
            String sendsTo, String registersWith) {
        List<String> settings = new ArrayList<>();
        if (client != null) {
            settings.add("revproc.client.proxies=" + client);
        }
        if (server != null) {
            settings.add("revproc.server.proxies=" + server);
        }
        runner.withPropertyValues(settings.toArray(String[]::new)).run(context -> {
            RevprocConnectionDetails details = context.getBean(RevprocConnectionDetails.class);
            assertThat(details.getProxies()).isEqualTo(sendsTo);
            assertThat(details.getServerProxies()).isEqualTo(registersWith);
            assertThat(details.getSslBundle()).isNull();
            assertThat(context.getBeansOfType(RevprocClient.class)).hasSize(client == null ? 0 : 1);
        });
    }

    @Test
    void beanThatSaysWhereTheProxiesAreTakesThePlaceOfTheSettings() {
        runner.withBean(RevprocConnectionDetails.class, () -> () -> "127.0.0.1:1").withUserConfiguration(One.class)
                .withPropertyValues("revproc.client.proxies=127.0.0.1:2", "revproc.server.proxies=127.0.0.1:3")
                .run(context -> {
                    assertThat(context).hasSingleBean(RevprocConnectionDetails.class);
                    PolicyServer server = Objects.requireNonNull(context.getBean(PolicyServerLifecycle.class).server());
                    assertThat(server.registrations()).extracting(each -> each.proxy()).containsExactly("127.0.0.1:1");
                    RevprocClient client = context.getBean(RevprocClient.class);
                    assertThat(client.connections()).allMatch(each -> each.proxy().equals("127.0.0.1:1"));
                });
    }

    @Test
    void ownBeansAndCustomizersTakePrecedence() {
        RevprocClient own = RevprocClient.builder().build();
        runner.withPropertyValues("revproc.client.proxies=127.0.0.1:1").withBean(RevprocClient.class, () -> own)
                .run(context -> assertThat(context.getBean(RevprocClient.class)).isSameAs(own));
        int[] called = new int[2];
        runner.withPropertyValues("revproc.client.proxies=127.0.0.1:1").withUserConfiguration(One.class)
                .withBean(RevprocClientCustomizer.class, () -> builder -> called[0]++)
                .withBean(PolicyServerCustomizer.class, () -> builder -> called[1]++)
                .run(context -> assertThat(called).containsExactly(1, 1));
    }

    @Test
    void handlersMakeTheApplicationAServer() {
        runner.withUserConfiguration(One.class).withPropertyValues("revproc.server.proxies=127.0.0.1:1")
                .run(context -> {
                    PolicyServer server = Objects.requireNonNull(context.getBean(PolicyServerLifecycle.class).server());
                    assertThat(server.port()).isPositive();
                    assertThat(server.registrations()).extracting(each -> each.policy()).containsExactly("PP_1");
                    assertThat(health(context.getBean("revprocServerHealthIndicator", HealthIndicator.class)))
                            .isEqualTo(Status.DOWN);
                });
        runner.withUserConfiguration(One.class).withPropertyValues("revproc.server.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(PolicyServerLifecycle.class));
    }

    @Test
    void dataPortIsCounted() {
        runner.withUserConfiguration(One.class).withPropertyValues("revproc.server.proxies=127.0.0.1:1")
                .run(context -> {
                    SimpleMeterRegistry meters = new SimpleMeterRegistry();
                    context.getBean("revprocServerMeters", MeterBinder.class).bindTo(meters);
                    assertThat(meters.getMeters()).extracting(meter -> meter.getId().getName())
                            .containsExactlyInAnyOrder("policy.server.answered", "policy.server.refused",
                                    "policy.server.turned.away", "policy.server.connections");
                    assertThat(meters.get("policy.server.answered").functionCounter().count()).isZero();
                });
    }

    @Test
    void lazyHandlerIsRegisteredAndNotMade() {
        LazyHandler.made = false;
        runner.withUserConfiguration(WithLazy.class).withPropertyValues("revproc.server.proxies=127.0.0.1:1")
                .run(context -> {
                    PolicyServer server = Objects.requireNonNull(context.getBean(PolicyServerLifecycle.class).server());
                    assertThat(server.registrations()).extracting(each -> each.policy()).containsExactly("PP_7");
                    assertThat(LazyHandler.made).isFalse();
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "revproc.client.proxies=a:b:c | The setting 'revproc.client.proxies' can't be used: 'a:b:c' needs brackets around its IPv6 address: [::1]:8123.",
            "revproc.client.max-in-flight=0 | The setting 'revproc.client' can't be used: the most messages in flight is between 1 and 100000, not 0.",
            "revproc.server.proxies=x:0 | The setting 'revproc.server.proxies' can't be used: 'x:0' is not a port (1 to 65535) or host:port.",
            "revproc.server.weight=0 | The setting 'revproc.server' can't be used: the weight is between 1 and 1000, not 0.",
            "revproc.client.max-message-size=3GB | The setting 'revproc.client' can't be used: the largest message is between 1024 and 67108864, not 2147483647.",
            "revproc.client.deadline=0s | The setting 'revproc.client' can't be used: the deadline is between 1ms and 1d, not 0s.",
            "revproc.client.idle-timeout=36h | The setting 'revproc.client' can't be used: the idle timeout is between 1s and 1d, not 36h.",
            "revproc.client.ssl.bundle=none | The setting 'revproc.client.ssl.bundle' can't be used: it names the bundle 'none', which spring.ssl.bundle.pem.none or .jks has to define.",
            "revproc.client.evidence-file=a\0b | The setting 'revproc.client.evidence-file' can't be used: it is not a path.",
            "revproc.server.max-message-size=-1B | The setting 'revproc.server' can't be used: the largest message is between 1024 and 67108864, not -1.",
            "revproc.server.listen=65536 | The setting 'revproc.server' can't be used: the data port is between 0 and 65535, not 65536.",
            "revproc.server.listen-address=no host | The policy server can't start: the data port no host:0 can't be opened (no host of this name is known); choose another with revproc.server.listen-address.",
            "revproc.server.drain-timeout=2h | The setting 'revproc.server' can't be used: the drain timeout is between 0s and 1h, not 2h."})
    void wrongSettingStopsTheStartWithOneSentence(String setting, String sentence) {
        runner.withUserConfiguration(One.class).withPropertyValues("revproc.client.proxies=127.0.0.1:1", setting)
                .run(context -> assertThat(analysis(context.getStartupFailure()).getDescription()).isEqualTo(sentence));
    }

    @Test
    void twoHandlersOfOnePolicyAreAMistake() {
        runner.withUserConfiguration(One.class, Another.class).run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure()).rootCause().isInstanceOf(PolicyHandlerException.class);
            assertThat(analysis(context.getStartupFailure()).getDescription()).contains(
                    "the policy 'PP_1' has two handlers",
                    "One.one", "Another.another");
        });
    }

    /** The method is at fault, not a setting. */
    @ParameterizedTest
    @ValueSource(strings = {"a,,b", "a\u0001b", "LONG"})
    void policyThatCannotBeOneIsAMistakeOfItsHandler(String policies) {
        runner.withUserConfiguration(OfASetting.class)
                .withPropertyValues("orders.policy=" + policies.replace("LONG", "x".repeat(200)))
                .run(context -> assertThat(analysis(context.getStartupFailure()).getDescription())
                        .contains("@PolicyHandler of OfASetting.one").hasLineCount(1));
    }

    @Test
    void placeholderWithoutAValueIsAMistake() {
        runner.withUserConfiguration(OfASetting.class).run(context -> assertThat(
                analysis(context.getStartupFailure()).getDescription()).contains("OfASetting.one", "orders.policy"));
        runner.withUserConfiguration(OfASetting.class).withPropertyValues("orders.policy=")
                .run(context -> assertThat(analysis(context.getStartupFailure()).getDescription())
                        .contains("names no policy"));
    }

    @Test
    void takenPortIsSaidByItsSetting() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            runner.withUserConfiguration(One.class)
                    .withPropertyValues("revproc.server.listen=" + taken.getLocalPort())
                    .run(context -> assertThat(analysis(context.getStartupFailure()).getDescription())
                            .contains("" + taken.getLocalPort(), "revproc.server.listen"));
        }
    }

    @Test
    void worksWithoutHealthAndMicrometer() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.health", "io.micrometer"))
                .withUserConfiguration(One.class).withPropertyValues("revproc.client.proxies=127.0.0.1:1")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(RevprocClient.class)
                        .doesNotHaveBean("revprocServerHealthIndicator"));
    }

    private static Status health(HealthIndicator indicator) {
        return Objects.requireNonNull(indicator.health(false)).getStatus();
    }

    private static FailureAnalysis analysis(@Nullable Throwable failure) {
        return Objects.requireNonNull(new RevprocFailureAnalyzer().analyze(Objects.requireNonNull(failure)));
    }
}
