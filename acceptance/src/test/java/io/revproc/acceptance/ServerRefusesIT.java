package io.revproc.acceptance;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The real server behind the real proxy: what it can't take costs only the message itself, whether it speaks mux or not. */
class ServerRefusesIT {
    @Test
    void aMessageThatTheProxyAllowsAndTheServerDoesNotIsRefusedAndTheOthersAreAnswered() throws Exception {
        try (Proc proxy = Programs.proxy("--revproc.listener.max-message-size=2MB")) {
            int port = Programs.port(proxy);
            try (Proc mux = Programs.server(1, "PP_1", port);
                    Proc single = Programs.server(2, "PP_2", port, "--policy-server.mux=false")) {
                Programs.registered(mux);
                Programs.registered(single);
                for (String policy : new String[]{"PP_1", "PP_2"}) {
                    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        client.setSoTimeout(30_000);
                        client.getOutputStream()
                                .write((message(1, policy, "a") + message(2, policy, "x".repeat(1_300_000))
                                        + message(3, policy, "c")).getBytes(StandardCharsets.UTF_8));
                        String answers = answers(client, 3);
                        assertThat(answers).as(policy)
                                .containsPattern("\"msgId\": 1[^}]*\"type\": 2|\"type\": 2[^}]*\"msgId\": 1")
                                .containsPattern("\"msgId\": 3[^}]*\"type\": 2|\"type\": 2[^}]*\"msgId\": 3")
                                .containsPattern("\\{\"Error\"[^}]*\"(TOO_LARGE|SERVER_FAILED)\"[^}]*\"msgId\": 2");
                        if (policy.equals("PP_1")) {
                            assertThat(answers).contains("TOO_LARGE");
                        }
                    }
                }
                assertThat(proxy.output()).doesNotContain("event=upstream_breach", "event=ejected");
            }
        }
    }

    private static String message(int msgId, String policy, String payload) {
        return "{\"type\": 0, \"srcid\": 5, \"privPoliId\": \"" + policy + "\", \"msgId\": " + msgId
                + ", \"payload\": \"" + payload
                + "\"}";
    }

    private static String answers(Socket client, int count) throws Exception {
        StringBuilder text = new StringBuilder();
        while (text.chars().filter(c -> c == '}').count() < count) {
            int c = client.getInputStream().read();
            if (c < 0) {
                break;
            }
            text.append((char) c);
        }
        return text.toString();
    }
}
