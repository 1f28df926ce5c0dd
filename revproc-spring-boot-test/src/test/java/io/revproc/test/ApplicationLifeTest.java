package io.revproc.test;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.revproc.client.Reply;
import io.revproc.client.RevprocClient;
import io.revproc.spring.PolicyHandler;
import io.revproc.spring.RevprocTemplate;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.Compiled;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;

/** How applications start and end. */
class ApplicationLifeTest {
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Slow {
        static final CountDownLatch BEGUN = new CountDownLatch(1);
        static final CountDownLatch GO = new CountDownLatch(1);

        @PolicyHandler("SLOW")
        String slow(String payload) throws InterruptedException {
            BEGUN.countDown();
            GO.await();
            return payload + payload;
        }
    }

    record Order(String customer) {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Echo {
        @PolicyHandler("ECHO")
        Order echo(Order payload) {
            return payload;
        }
    }

    @Test
    void endOfTheApplicationWaitsForTheMessagesThatItHas() throws Exception {
        try (InProcessProxy proxy = InProcessProxy.start();
                RevprocClient client = RevprocClient.builder().proxies(proxy.address()).build()) {
            ConfigurableApplicationContext context = run(Slow.class, Map.of("revproc.server.proxies", proxy.address()));
            proxy.awaitServers("SLOW", 1);
            CompletableFuture<Reply> reply = client.send("SLOW", "x");
            Slow.BEGUN.await();
            Thread end = Thread.startVirtualThread(context::close);
            Slow.GO.countDown();
            assertThat(reply.join().payloadText()).isEqualTo("xx");
            end.join();
            assertThat(proxy.servers("SLOW")).isZero();
        }
    }

    /** What a native image, or a start from ahead-of-time classes, does. */
    @Test
    @CompileWithForkedClassLoader
    void startsFromWhatWasGeneratedAheadOfTime() throws Exception {
        try (InProcessProxy proxy = InProcessProxy.start()) {
            TestGenerationContext generated = new TestGenerationContext();
            AnnotationConfigApplicationContext application = new AnnotationConfigApplicationContext();
            settings(application.getEnvironment(), proxy);
            application.register(Echo.class);
            ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(application, generated);
            generated.writeGeneratedContent();
            assertThat(RuntimeHintsPredicates.reflection()
                    .onMethodInvocation(Echo.class.getDeclaredMethod("echo", Order.class)))
                    .accepts(generated.getRuntimeHints());
            assertThat(RuntimeHintsPredicates.reflection().onType(Order.class)).accepts(generated.getRuntimeHints());
            TestCompiler.forSystem().with(generated).compile(compiled -> {
                try (GenericApplicationContext context = new GenericApplicationContext()) {
                    settings(context.getEnvironment(), proxy);
                    initializer(compiled, initializer).initialize(context);
                    context.refresh();
                    proxy.awaitServers("ECHO", 1);
                    assertThat(context.getBean(RevprocTemplate.class).send("ECHO", new Order("ada"), Order.class))
                            .isEqualTo(new Order("ada"));
                }
            });
        }
    }

    @SuppressWarnings("unchecked")
    private static ApplicationContextInitializer<GenericApplicationContext> initializer(Compiled compiled,
            ClassName name) {
        return compiled.getInstance(ApplicationContextInitializer.class, name.toString());
    }

    private static void settings(ConfigurableEnvironment environment, InProcessProxy proxy) {
        environment.getPropertySources()
                .addFirst(new MapPropertySource("test", Map.of("revproc.client.proxies", proxy.address())));
    }

    private static ConfigurableApplicationContext run(Class<?> application, Map<String, Object> properties) {
        return new SpringApplicationBuilder(application).web(WebApplicationType.NONE).properties(properties).run();
    }
}
