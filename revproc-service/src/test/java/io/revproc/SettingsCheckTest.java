package io.revproc;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.revproc.start.SettingsCatalogue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

class SettingsCheckTest {
    private static final SettingsCatalogue CATALOGUE = SettingsCatalogue.read("revproc.");

    @ParameterizedTest
    @ValueSource(strings = {"revproc.listener.port", "revproc.listener.maxConnections",
            "revproc.listener.max_connections",
            "revproc.registration.allowed-cidrs[3]", "revproc.policies.pp-1.balance",
            "revproc.policies[PP_1].clients.rate", "revproc.policies.pp-1.clients.allowed-cidrs[2]",
            "revproc.registration.grants[0].token-sha256", "revproc.registration.grants[11].policies[1]",
            "revproc.policies[PP_1].max-in-flight", "revproc.policies.PP_1.queue-limit", "revproc.transcript",
            "revproc.store", "revproc.store.file", "server.port", "revprocx.a"})
    void settingsAreKnownHoweverSpringLetsThemBeWritten(String key) {
        assertThat(problems("file", key)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"revproc.listener.prt,revproc.listener.port", "revproc.listner.port,revproc.listener.port",
            "revproc.port,", "revproc.policies.pp-1.balanse,", "revproc.policies.a.b.balance,",
            "revproc.listener.port.number,", "revproc.transcripts,revproc.transcript"})
    void anythingElseStopsTheStartWithOneSentence(String key, String nearest) {
        assertThat(problems("file", key)).singleElement().asString().startsWith("there is no setting '" + key + "'")
                .endsWith("; --help-all lists all settings").doesNotContain("\n")
                .contains(nearest == null ? "" : "did you mean '" + nearest + "'?");
    }

    /** A person indents a secret as if it were a setting, and the sentence stands in a log that many read. */
    @ParameterizedTest
    @CsvSource({"revproc.store.etcd.password.s3cret,revproc.store.etcd.password.…",
            "revproc.store.etcd.password.s3cret.deeper,revproc.store.etcd.password.…",
            "revproc.admin.users.alice,revproc.admin.users.…", "revproc.admin.users[0].nam,revproc.admin.users[0].nam",
            "revproc.admin.users[0].password-bcrypt.s3cret,revproc.admin.users[0].password-bcrypt.…"})
    void unknownNameInAPlaceOfASecretIsNotShown(String key, String shown) {
        assertThat(problems("file", key)).singleElement().asString()
                .startsWith("there is no setting '" + shown + "'").doesNotContain("s3cret");
    }

    /** Spring leaves such a key out in silence, and with it what it says of who may send under the policy. */
    @ParameterizedTest
    @CsvSource({"revproc.policies[a]b].clients.allowed-cidrs,false", "revproc.policies[a[b].queue-limit,false",
            "revproc.policies[a[b]].queue-limit,false", "revproc.policies[a,false",
            "revproc.policies]a.queue-limit,false",
            "revproc.policies[a]b.queue-limit,false", "revproc.policies[a.b].queue-limit,true",
            "revproc.registration.grants[0].policies[1],true", "revproc.a[0][1],true", "revproc.listener.port,true"})
    void nameInBracketsHoldsNoBracket(String key, boolean fits) {
        String sentence = "the setting '" + key + "' can't be read: a name in brackets must not hold a bracket";
        assertThat(problems("file", key).contains(sentence)).isNotEqualTo(fits);
    }

    @ParameterizedTest
    @CsvSource({"file,revproc.health.jitter", "file,revproc.health.forgetAfter", "file,revproc.access-log.queue-size",
            "file,revproc.tracing.queue-size", "file,revproc.audit.checkpoints.every",
            "systemEnvironment,REVPROC_HEALTH_JITTER", "systemEnvironment,REVPROC_ACCESSLOG_QUEUESIZE"})
    void settingThatIsGoneSaysWhatHoldsInstead(String source, String key) {
        assertThat(problems(source, key)).singleElement().asString().startsWith("there is no setting 'revproc.")
                .contains("' any more (")
                .endsWith("; remove it; --help-all lists all settings").doesNotContain("\n", "did you mean");
    }

    @ParameterizedTest
    @ValueSource(strings = {"REVPROC_LISTENER_PORT", "REVPROC_LISTENER_MAXCONNECTIONS",
            "REVPROC_LISTENER_MAX_CONNECTIONS",
            "REVPROC_REGISTRATION_ALLOWEDCIDRS_0", "REVPROC_REGISTRATION_ALLOWED_CIDRS", "REVPROC_POLICIES_PP1_BALANCE",
            "REVPROC_POLICIES_PP1_CLIENTS_RATE", "REVPROC_POLICIES_PP1_CLIENTS_ALLOWEDCIDRS_0",
            "REVPROC_REGISTRATION_GRANTS_0_TOKENSHA256", "REVPROC_REGISTRATION_GRANTS_0_POLICIES_1",
            "REVPROC_TRANSCRIPT", "REVPROC_STORE", "REVPROC_STORE_FILE",
            // other programs' and the cluster's
            "REVPROC_HOST", "REVPROC_PORT", "REVPROC_SERVICE_HOST", "REVPROC_SERVICE_PORT_TCP",
            "REVPROC_PORT_8123_TCP_ADDR", "REVPROC_LISTENER_SERVICE_HOST", "REVPROC_LISTENER_PORT_8123_TCP"})
    void variablesThatAreSettingsOrNotMeantForUsAreFine(String variable) {
        assertThat(problems("systemEnvironment", variable)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"REVPROC_LISTENER_PRT", "REVPROC_REGISTRATION_TLL", "REVPROC_STORE_FILES",
            "REVPROC_ACCESSLOG_ENABLE", "REVPROC_POLICIES_PP1_BALANSE", "REVPROC_EVIDENCE_DPO_ISSUR"})
    void variableInOneOfOurTreesThatIsNoSettingStopsTheStart(String variable) {
        assertThat(problems("systemEnvironment", variable)).singleElement().asString()
                .startsWith("there is no setting 'revproc.");
    }

    @ParameterizedTest
    @CsvSource({"revproc, revproc", "revproc.listener, revproc.listener", "revproc.listener.tls, revproc.listener.tls",
            "revproc.policies, revproc.policies", "revproc.evidence, revproc.evidence",
            "revproc.store.etcd, revproc.store.etcd", "revproc.audit.checkpoints, revproc.audit.checkpoints",
            "revproc.policies[PP_1], revproc.policies[PP_1]", "revproc.policies.PP_1, revproc.policies[PP_1]",
            "revproc.policies[PP_1].clients, revproc.policies[PP_1].clients",
            "revproc.policies[PP_1].clients.claims, revproc.policies[PP_1].clients.claims",
            "revproc.evidence.dpo, revproc.evidence[dpo]", "revproc.tracing.headers, revproc.tracing.headers"})
    void aGroupMayBeEmptyAndHasNoValue(String key, String name) {
        assertThat(problems(Map.of(key, ""))).isEmpty();
        assertThat(problems(Map.of(key, " "))).isEmpty();
        assertThat(problems("file", key)).singleElement().asString().startsWith("'" + name
                + "' is a group of settings and has no value of its own; name the setting in it that is meant");
    }

    @ParameterizedTest
    @CsvSource({"file,revproc.listener.port[0],revproc.listener.port",
            "file,revproc.store.etcd.password[0],revproc.store.etcd.password",
            "file,revproc.audit.fsync[1],revproc.audit.fsync",
            "file,revproc.policies[PP_1].balance[0],revproc.policies[PP_1].balance",
            "file,revproc.policies.pp-1.clients.rate[0],revproc.policies[pp-1].clients.rate",
            "file,revproc.registration.grants[0].name[0],revproc.registration.grants[0].name",
            "file,revproc.store[0],revproc.store", "file,revproc.audit.witnesses[0][0],revproc.audit.witnesses[0]",
            "systemEnvironment,REVPROC_POLICIES_PP1_BALANCE_0,revproc.policies[pp1].balance",
            "systemEnvironment,REVPROC_STORE_FILE_0,revproc.store.file",
            "systemEnvironment,REVPROC_REGISTRATION_GRANTS_0_NAME_0,revproc.registration.grants[0].name"})
    void oneValueIsNoList(String source, String key, String name) {
        assertThat(problems(source, key)).singleElement()
                .isEqualTo("the setting '" + name + "' takes one value, not a list");
    }

    @Test
    void allUnknownKeysAreInOneSentenceAndOthersInOneEach() {
        assertThat(problems(Map.of("revproc.prt", "", "revproc.listner.port", "1", "revproc.listener", "5",
                "revproc.policies[a]b].zone", "x", "revproc.policies.a.b", ""))).satisfiesExactly(
                        group -> assertThat(group).startsWith("'revproc.listener' is a group of settings"),
                        brackets -> assertThat(brackets)
                                .startsWith("the setting 'revproc.policies[a]b].zone' can't be read"),
                        unknown -> assertThat(unknown).startsWith("there is no setting 'revproc.listner.port'")
                                .contains(", nor 'revproc.policies.a.b'", ", nor 'revproc.prt'"));
    }

    private static List<String> problems(String source, String key) {
        return problems(source, Map.of(key, "1"));
    }

    private static List<String> problems(Map<String, Object> values) {
        return problems("file", values);
    }

    private static List<String> problems(String source, Map<String, Object> values) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().remove("systemEnvironment");
        environment.getPropertySources().remove("systemProperties");
        environment.getPropertySources().addFirst(source.equals("systemEnvironment")
                ? new SystemEnvironmentPropertySource(source, values)
                : new MapPropertySource(source, values));
        ConfigurationPropertySources.attach(environment);
        return new SettingsCheck(Supplier::get).keys(environment, CATALOGUE);
    }
}
