package io.revproc.admin;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Changes over HTTP that the shared store does not have: etcd is not there. */
class PendingChangesTest {
    @TempDir
    Path directory;

    @Test
    void changeThatOnlyThisProxyKnowsIsAcceptedAndOnItsDisk() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        try (AdminProxy proxy = AdminProxy.withAccounts("127.0.0.1", "--revproc.store=etcd",
                "--revproc.store.etcd.endpoints=http://127.0.0.1:" + closed, "--revproc.store.etcd.start-wait=0s",
                "--revproc.store.file=" + directory.resolve("file"))) {
            register(proxy, 1);
            register(proxy, 2);

            HttpResponse<String> stopped = AdminProxy.HTTP.send(proxy.request("/admin/routes/PP_1/1/state")
                    .header("Authorization", AdminProxy.OPERATOR).header("Content-Type", "application/json")
                    .PUT(BodyPublishers.ofString("{\"state\": \"MAINTENANCE\"}")).build(), BodyHandlers.ofString());
            assertThat(stopped.statusCode()).isEqualTo(202);
            assertThat(json(stopped).path("pending").asBoolean()).isTrue();
            assertThat(json(stopped).path("state").asString()).isEqualTo("MAINTENANCE");
            JsonNode kept = kept();
            assertThat(kept.at("/words/0/word/mode").asString()).isEqualTo("MAINTENANCE");
            assertThat(kept.at("/words/0/pending").asBoolean()).isTrue();

            HttpResponse<String> removed = AdminProxy.HTTP.send(proxy.request("/admin/routes/PP_2/2")
                    .header("Authorization", AdminProxy.OPERATOR).DELETE().build(), BodyHandlers.ofString());
            assertThat(removed.statusCode()).isEqualTo(202);
            assertThat(json(removed)).isEqualTo(JsonMapper.shared().readTree("{\"pending\": true}"));
            assertThat(kept().path("words").size()).isEqualTo(2);

            HttpResponse<String> table = AdminProxy.HTTP.send(
                    proxy.request("/admin/routes").header("Authorization", AdminProxy.VIEWER).build(),
                    BodyHandlers.ofString());
            assertThat(json(table).at("/policies/PP_1/0/pending").asBoolean()).isTrue();
        }
    }

    private static void register(AdminProxy proxy, int id) throws Exception {
        proxy.bean(SwitchTable.class).register(new EndpointSpec(Ident.of("PP_" + id), Ident.of(id),
                InetAddress.getLoopbackAddress(), 9000 + id, 1, false, 1, null, 1, false, null, null), null);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    /** What the file holds behind its first line. */
    private JsonNode kept() throws Exception {
        String text = Files.readString(directory.resolve("file.shared"));
        return JsonMapper.shared().readTree(text.substring(text.indexOf('\n') + 1));
    }
}
