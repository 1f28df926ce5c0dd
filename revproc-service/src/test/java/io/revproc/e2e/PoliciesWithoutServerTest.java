package io.revproc.e2e;

import java.util.Objects;

import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.PolicySums;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A policy that lost its last server is remembered, and what is refused for it is counted under its name. */
class PoliciesWithoutServerTest {
    private final TestProxy proxy = TestProxy.with("revproc.registration.grace", "10ms");

    @Test
    void messagesOfAPolicyWhoseServersHaveGoneAreCountedAtIt() throws Exception {
        try (proxy; Client client = proxy.connect()) {
            try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1")) {
                proxy.awaitServers("PP_1", 1);
                assertThat(client.send(Json.data(1, "PP_1", "a")).next().get("type").asInt()).isEqualTo(2);
                assertThat(server.received()).hasSize(1);
            }
            await().until(() -> unserved("PP_1") != null);

            assertThat(code(client, "PP_1")).isEqualTo("NO_SERVER");
            assertThat(code(client, "PP_1")).isEqualTo("NO_SERVER");
            assertThat(refused("PP_1")).isEqualTo(2);
            assertThat(proxy.refused(ErrorCode.NO_SERVER)).as("of policies that nobody knows").isZero();
            assertThat(sums("PP_1").durations().count()).as("what was answered before").isEqualTo(1);

            try (MuxServer again = MuxServer.answering(proxy, 2, "PP_1")) {
                proxy.awaitServers("PP_1", 1);
                assertThat(unserved("PP_1")).isNull();
                assertThat(client.send(Json.data(1, "PP_1", "b")).next().get("type").asInt()).isEqualTo(2);
                assertThat(again.received()).hasSize(1);
                assertThat(sums("PP_1").refused(ErrorCode.NO_SERVER)).as("counts go on").isEqualTo(2);
            }
        }
    }

    @Test
    void clientsAddNoPolicyByNamingIt() throws Exception {
        try (proxy; Client client = proxy.connect()) {
            for (int i = 0; i < 50; i++) {
                assertThat(code(client, "PP_" + i)).isEqualTo("NO_SERVER");
            }
            assertThat(code(client, "x".repeat(4_000))).isIn("NO_SERVER", "BAD_MESSAGE");
            assertThat(proxy.table().routes().unserved()).isEmpty();
            assertThat(proxy.refused(ErrorCode.NO_SERVER)).isGreaterThanOrEqualTo(50);
        }
    }

    private @Nullable PolicyRoutes unserved(String policy) {
        return proxy.table().routes().unserved(policy);
    }

    private long refused(String policy) {
        return sums(policy).refused(ErrorCode.NO_SERVER);
    }

    private PolicySums sums(String policy) {
        PolicyRoutes served = proxy.table().routes().find(policy);
        PolicyRoutes routes = served == null ? Objects.requireNonNull(unserved(policy)) : served;
        return new PolicySums().add(routes.load());
    }

    private static String code(Client client, String policy) throws Exception {
        return client.send(Json.data(1, policy, "x")).next().get("code").asString();
    }
}
