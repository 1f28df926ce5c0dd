package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.revproc.proxy.registration.RegistrationBench.Connection;
import io.revproc.settings.RegistrationProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class GrantsTest {
    private static final String REFUSED = "{\"Error\": \"This registration is not allowed; the proxy's log says why\", "
            + "\"code\": \"NOT_ALLOWED\", \"retryable\": false}!";
    /** The SHA-256 of "alpha" and "beta". */
    private static final String ALPHA = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8";
    private static final String BETA = "f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753";

    private final RegistrationBench bench = bench("grants[0].name", "one", "grants[0].token-sha256", ALPHA,
            "grants[0].policies", "PP_*,SALES", "grants[0].ids", "1,7*", "grants[1].token-sha256", BETA,
            "grants[1].policies", "PP_2");

    @ParameterizedTest
    @CsvSource({"alpha,PP_1,1", "alpha,PP_,7", "alpha,SALES,71", "beta,PP_2,1", "beta,PP_2,99"})
    void theRightTokenRegistersForWhatItsGrantCovers(String token, String policy, int id) {
        assertThat(setUp(bench.connect(), token, policy, id)).startsWith("{\"Status\": \"Successfully");
        assertThat(bench.registered(policy, "" + id)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"gamma,PP_1,1", "ALPHA,PP_1,1", ",PP_1,1", "alpha,SALES_2,1", "alpha,PP_1,2",
            "beta,PP_1,1", "beta,PP_22,1", "alpha,pp_1,1"})
    void everythingElseIsRefusedWithoutSayingWhy(String token, String policy, int id) {
        assertThat(setUp(bench.connect(), token, policy, id)).isEqualTo(REFUSED);
        assertThat(bench.registered(policy, "" + id)).isFalse();
    }

    @Test
    void theHashItselfIsNoToken() {
        assertThat(setUp(bench.connect(), ALPHA, "PP_1", 1)).isEqualTo(REFUSED);
    }

    @Test
    void aSetupOfTheOldProtocolShowsItsTokenAsWell() {
        assertThat(bench.connect().say("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9001}"))
                .isEqualTo(REFUSED);
        assertThat(bench.connect()
                .say("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9001,\"token\":\"alpha\"}"))
                .isEqualTo("{\"Status\": \"Successfully setup with reverse proxy\"}");
    }

    @Test
    void aTokenFromAForeignNetworkIsOfNoUse() {
        Connection foreign = bench.connect(InetAddress.ofLiteral("192.0.2.7"));
        assertThat(setUp(foreign, "alpha", "PP_1", 1)).isEqualTo(REFUSED);
    }

    @Test
    void anIdIsItsGrantsAndNobodyElseTakesItOver() {
        setUp(bench.connect(), "alpha", "PP_2", 1);

        assertThat(setUp(bench.connect(), "beta", "PP_2", 1)).isEqualTo(REFUSED);
        assertThat(bench.entry("PP_2", "1").spec().owner()).isEqualTo("one");
        assertThat(setUp(bench.connect(), "alpha", "PP_2", 1)).startsWith("{\"Status\"");
    }

    @Test
    void aNewTokenUnderTheOldNameKeepsTheIds() {
        setUp(bench.connect(), "alpha", "PP_1", 1);
        RegistrationBench later = bench("grants[0].name", "one", "grants[0].token-sha256", ALPHA + "," + BETA,
                "grants[0].policies", "PP_*");
        setUp(later.connect(), "alpha", "PP_1", 1);

        assertThat(setUp(later.connect(), "beta", "PP_1", 1)).startsWith("{\"Status\"");
        assertThat(later.entry("PP_1", "1").spec().owner()).isEqualTo("one");
    }

    @Test
    void anOldServerThatKnowsNoTokenIsAdmittedByItsNetwork() {
        RegistrationBench legacy = bench("grants[0].cidrs", "127.0.0.2", "grants[0].policies", "PP_1", "allowed-cidrs",
                "127.0.0.0/8");
        String setup = "{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9001}";

        assertThat(legacy.connect().say(setup)).isEqualTo(REFUSED);
        assertThat(legacy.connect(InetAddress.ofLiteral("127.0.0.2")).say(setup)).startsWith("{\"Status\"");
    }

    @Test
    void anEntryFromAStoreStaysOnlyWhileItsGrantCoversIt() {
        setUp(bench.connect(), "alpha", "PP_1", 1);
        var spec = bench.entry("PP_1", "1").spec();

        assertThat(admission("grants[0].name", "one", "grants[0].token-sha256", BETA, "grants[0].policies", "PP_1")
                .stillAdmits(spec)).isTrue();
        assertThat(admission("grants[0].name", "two", "grants[0].token-sha256", ALPHA, "grants[0].policies", "PP_1")
                .stillAdmits(spec)).isFalse();
        assertThat(admission("grants[0].name", "one", "grants[0].token-sha256", ALPHA, "grants[0].policies", "PP_2")
                .stillAdmits(spec)).isFalse();
        assertThat(admission().stillAdmits(spec)).isTrue();
        assertThat(admission("allowed-cidrs", "10.0.0.0/8").stillAdmits(spec)).isFalse();
    }

    @Test
    void aHundredThousandWrongTokensGetTwentyAnswersAndNoMemory() {
        int answers = 0;
        int kept = 0;
        for (int i = 0; i < 100_000; i++) {
            Answer answer = bench.answer(setup("guess-" + i, "PP_1", 1));
            kept += answer.close() == Answer.Close.NO ? 1 : 0;
            answers += answer.bytes().length > 0 ? 1 : 0;
        }
        assertThat(answers).isEqualTo(20);
        assertThat(kept).isZero();
        assertThat(bench.registrar.refusedAddresses()).isEqualTo(1);

        assertThat(setUp(bench.connect(), "alpha", "PP_1", 1)).as("the good server beside them is let in")
                .startsWith("{\"Status\"");
        bench.pass(500);
        assertThat(setUp(bench.connect(), "beta", "PP_1", 1)).isEqualTo(REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"grants[0].token-sha256=" + ALPHA + "|a grant needs policies",
            "grants[0].policies=PP_1|a grant needs token-sha256, certificate, cidrs or evidence",
            "grants[0].policies=P*P;grants[0].cidrs=::1|with a star at the end",
            "grants[0].policies=PP_1;grants[0].token-sha256=hunter2|64 hexadecimal digits",
            "grants[0].policies=PP_1;grants[0].certificate=*|not a pattern of names in certificates",
            "grants[0].policies=A;grants[0].cidrs=::1;grants[0].name=x;grants[1].policies=B;grants[1].cidrs=::1;grants[1].name=x|'x' is there twice"})
    void aGrantThatMeansNothingStopsTheStartWithASentence(String setting) {
        String[] parts = setting.split("\\|");
        String[] keys = parts[0].split("[=;]");

        assertThatThrownBy(() -> properties(keys)).isInstanceOfAny(BindException.class, IllegalArgumentException.class)
                .hasStackTraceContaining(parts[1]);
    }

    private static RegistrationBench bench(String... settings) {
        RegistrationSettings properties = properties(settings);
        return new RegistrationBench(properties, Admission.of(properties));
    }

    private static Admission admission(String... settings) {
        return Admission.of(properties(settings));
    }

    private static RegistrationSettings properties(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put("revproc.registration." + settings[i], settings[i + 1]);
        }
        return new Binder(List.of(new MapConfigurationPropertySource(all))).bindOrCreate("revproc.registration",
                RegistrationProperties.class).settings();
    }

    private static String setUp(Connection connection, @Nullable String token, String policy, int id) {
        return connection.say(setup(token, policy, id));
    }

    private static String setup(@Nullable String token, String policy, int id) {
        return "{\"type\":1,\"proto\":2,\"id\":" + id + ",\"privPolyId\":\"" + policy + "\",\"listenport\":9001"
                + (token == null ? "" : ",\"token\":\"" + token + "\"") + "}";
    }
}
