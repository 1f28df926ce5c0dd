package io.revproc.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import io.revproc.client.RevprocClient;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.test.tools.SourceFile;
import org.springframework.core.test.tools.TestCompiler;

import static org.assertj.core.api.Assertions.assertThat;

/** The application of docs/spring.md, as it stands there. */
class SpringPageTest {
    private static final Path PAGE = Path.of("../docs/spring.md");
    private static final Pattern CODE = Pattern.compile("```java\n(package orders;.*?)```", Pattern.DOTALL);
    private static final int MAX_LINES = 15;

    @Test
    void applicationOfThePageAnswersInFifteenLines() throws Exception {
        String source = CODE.matcher(Files.readString(PAGE)).results().findFirst().orElseThrow().group(1);
        List<String> lines = source.lines().filter(line -> !line.isBlank()).toList();
        assertThat(lines).hasSizeLessThanOrEqualTo(MAX_LINES);
        TestCompiler.forSystem().withSources(SourceFile.of(source)).compile(compiled -> {
            Class<?> application = compiled.getAllCompiledClasses().stream()
                    .filter(each -> each.getSimpleName().equals("Orders")).findFirst().orElseThrow();
            try (InProcessProxy proxy = InProcessProxy.start();
                    ConfigurableApplicationContext context = SpringApplication.run(application,
                            "--revproc.server.proxies=" + proxy.address());
                    RevprocClient client = RevprocClient.builder().proxies(proxy.address()).build()) {
                assertThat(context.isActive()).isTrue();
                proxy.awaitServers("PP_1", 1);
                assertThat(client.call("PP_1", "{\"customer\": \"ada\", \"amount\": 3}").payloadText())
                        .isEqualTo("placed 3 for ada");
            }
        });
    }
}
