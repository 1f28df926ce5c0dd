package io.revproc;

import java.io.IOException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/** The log is one event a line: what logs a stack trace for each failure of the kind that comes in floods is off, and an event says it. */
class FrameworkLoggersTest {
    @ParameterizedTest
    @ValueSource(strings = {"org.apache.tomcat.util.net.Acceptor", "org.apache.tomcat.util.net.NioEndpoint"})
    void whatTomcatSaysOfFailedAcceptsIsOff(String logger) throws IOException, ClassNotFoundException {
        assertThat(Class.forName(logger).getName()).as("the class is still there").isEqualTo(logger);
        assertThat(new YamlPropertySourceLoader().load("settings", new ClassPathResource("application.yaml")))
                .anySatisfy(source -> assertThat(source.getProperty("logging.level." + logger)).isEqualTo("off"));
    }
}
