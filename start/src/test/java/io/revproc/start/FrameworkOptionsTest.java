package io.revproc.start;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

class FrameworkOptionsTest {
    @ParameterizedTest
    @CsvSource({"server.adress, server.address", "server.prot, server.port",
            "spring.profile.active, spring.profiles.active",
            "management.server.prt, management.server.port", "logging.file.nam, logging.file.name"})
    void aMisspeltOptionIsSaidWithWhatWasMeant(String typed, String meant) {
        assertThat(FrameworkOptions.problem(typed)).contains("'" + typed + "'", "did you mean '" + meant + "'?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"server.address", "server.port", "logging.level.root", "logging.level.io.revproc",
            "spring.ssl.bundle.pem.web.keystore.certificate", "spring.config.additional-location", "SERVER.PORT",
            "management.endpoints.web.exposure.include[0]", "logging.group.mine",
            "spring.mvc.contentnegotiation.media-types.x",
            "management.endpoint.health.group.live.include", "spring.thing.of.a.library", "debug"})
    void whatIsOneOrMayBeALibrarysIsLeftAlone(String typed) {
        assertThat(FrameworkOptions.problem(typed)).isNull();
    }

    @Test
    void aFileIsRefusedWithThePlace() {
        assertThat(FrameworkOptions.problems(environment("Config resource 'file [application.yaml]' via location 'x'",
                "server.port", "server.adress"))).singleElement().asString()
                .startsWith("there is no setting 'server.adress'").contains("'server.address'");
        assertThat(FrameworkOptions.problems(environment("Config resource 'file [application.yaml]' via location 'x'",
                "server.port", "server.tomcat.max-connections", "spring.thing.of.a.library"))).isEmpty();
        assertThat(FrameworkOptions.problems(environment("mine", "server.adress"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/no/such.xml", "file:/no/such.xml", "classpath:no/such.xml", "file:/a%zz.xml",
            "odd:thing", "http://[", " /no/such.xml "})
    void fileForTheLogThatIsNotThereIsNamed(String file) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of("logging.config", file)));
        assertThat(FrameworkOptions.problems(environment))
                .containsExactly("the file '" + file + "' is not there, which logging.config names");
    }

    @Test
    void fileForTheLogThatIsThereIsNoProblem(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("a b.xml"), "<x/>");
        for (String name : List.of(file.toString(), "file:" + file, " " + file + " ", "", " ",
                "classpath:META-INF/spring-configuration-metadata.json")) {
            StandardEnvironment environment = new StandardEnvironment();
            environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of("logging.config", name)));
            assertThat(FrameworkOptions.problems(environment)).as(name).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"SERVER_ADRESS, server.address", "SPRING_PROFILE_ACTIVE, spring.profiles.active",
            "LOGGING_FILE_NAM, logging.file.name", "MANAGEMENT_SERVER_PRT, management.server.port",
            "SERVER_TOMCAT_MAXCONNECTION, server.tomcat.max-connections", "SERVER_PORT, ", "SERVER_NAME, ",
            "SERVER_HOST, ", "SERVER_SERVICE_HOST, ", "SERVER_PORT_80_TCP_ADDR, ", "SPRING_CONFIG_IMPORT, ",
            "LOGGING_LEVEL_IO_REVPROC, ", "MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE_0, ",
            "SERVER_TOMCAT_MAX_CONNECTIONS, ", "PATH, "})
    void aVariableOneSlipAwayIsOnlyDoubted(String variable, @Nullable String meant) {
        List<String> doubts = FrameworkOptions.doubts(environment("systemEnvironment", variable));
        if (meant == null) {
            assertThat(doubts).isEmpty();
        } else {
            assertThat(doubts).singleElement().asString()
                    .isEqualTo("'" + variable + "' sets nothing, did you mean '" + meant + "'?");
        }
    }

    /** Of a file, a variable or the command line: all of them in one sentence. */
    @ParameterizedTest
    @CsvSource({"systemEnvironment, SPRINGDOC_SWAGGER_UI_ENABLED", "commandLineArgs, springdoc.api-docs.path",
            "Config resource 'file [application.yaml]', springdoc.swagger-ui.path"})
    void whatIsGoneIsSaidToSetNothing(String source, String key) {
        String sentence = "settings of springdoc set nothing any more, since the description of the API is a file of the "
                + "program, always at /v3/api-docs; remove ";
        assertThat(FrameworkOptions.doubts(environment(source, key))).containsExactly(sentence + "'" + key + "'");
        assertThat(FrameworkOptions.doubts(environment(source, key, "springdoc.writer"))).containsExactly(
                sentence + "'" + key + "' and 'springdoc.writer'");
        assertThat(FrameworkOptions.problems(environment(source, key))).as("no reason to stop").isEmpty();
    }

    private static ConfigurableEnvironment environment(String source, String... keys) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().remove("systemEnvironment");
        environment.getPropertySources().remove("systemProperties");
        Map<String, Object> values = new HashMap<>();
        for (String key : keys) {
            values.put(key, "1");
        }
        environment.getPropertySources().addFirst(new MapPropertySource(source, values));
        return environment;
    }
}
