package io.revproc.admin;

import java.util.HashMap;
import java.util.Map;

import io.revproc.admin.AdminProperties.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AdminPropertiesTest {
    private static final String SHA_256 = "ab".repeat(32);
    private static final String BCRYPT = "$2y$10$" + "a".repeat(53);

    @Test
    void accountsAreReadAndTheCommandLinesVariableDoesNotDisturb() {
        AdminProperties properties = bind(Map.of("revproc.admin", "http://127.0.0.1:8124",
                "revproc.admin.tokens[0].name", "ada", "revproc.admin.tokens[0].role", "operator",
                "revproc.admin.tokens[0].token-sha256", SHA_256.toUpperCase(java.util.Locale.ROOT),
                "revproc.admin.users[0].name", "grace",
                "revproc.admin.users[0].role", "viewer", "revproc.admin.users[0].password-bcrypt",
                "{bcrypt}" + BCRYPT));
        assertThat(properties.tokens()).containsExactly(new AdminProperties.Token("ada", Role.OPERATOR, SHA_256));
        assertThat(properties.users()).containsExactly(new AdminProperties.User("grace", Role.VIEWER, BCRYPT));
        assertThat(properties.toString()).contains("ada").doesNotContain(SHA_256, BCRYPT);
        assertThat(bind(Map.of("revproc.admin", "http://127.0.0.1:8124")).tokens()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"password-bcrypt|{noop}secret|is not a bcrypt hash",
            "password-bcrypt|secret|is not a bcrypt hash", "password-bcrypt||is not a bcrypt hash",
            "role||has no role; it is viewer or operator", "name||has a name of 1 to 64",
            "name|a b|has a name of 1 to 64",
            "name|ada|two accounts of the name 'ada'",
            "password-bcrypt|$2a$04$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|has a cost of 4",
            "password-bcrypt|$2a$31$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|has a cost of 31"})
    void wrongUserStopsTheStartWithASentence(String key, String value, String sentence) {
        Map<String, String> settings = new HashMap<>(Map.of("revproc.admin.users[0].name", "grace",
                "revproc.admin.users[0].role", "viewer", "revproc.admin.users[0].password-bcrypt", BCRYPT,
                "revproc.admin.tokens[0].name", "ada", "revproc.admin.tokens[0].role", "operator",
                "revproc.admin.tokens[0].token-sha256", SHA_256));
        settings.compute("revproc.admin.users[0]." + key, (_, _) -> value);
        assertThatThrownBy(() -> bind(settings)).hasStackTraceContaining(sentence)
                .isInstanceOfAny(BindException.class, IllegalArgumentException.class);
    }

    @Test
    void wrongTokenStopsTheStartWithASentence() {
        assertThatThrownBy(() -> bind(Map.of("revproc.admin.tokens[0].name", "ada", "revproc.admin.tokens[0].role",
                "operator", "revproc.admin.tokens[0].token-sha256", "secret")))
                .hasStackTraceContaining("is not 64 hexadecimal digits; bin/revproc admin new makes");
    }

    private static AdminProperties bind(Map<String, String> settings) {
        return AdminProperties.bind(new Binder(new MapConfigurationPropertySource(settings)));
    }
}
