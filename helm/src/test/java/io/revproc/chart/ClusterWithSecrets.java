package io.revproc.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * As much of the Kubernetes API as Helm's {@code lookup} of Secrets asks for, on a loopback port that the file of KUBECONFIG
 * names. One for the whole JVM, since Helm finds it by that file; its Secrets are by name.
 */
final class ClusterWithSecrets {
    private static final ClusterWithSecrets INSTANCE = new ClusterWithSecrets();
    private final Map<String, String> tokens = new ConcurrentHashMap<>();

    private ClusterWithSecrets() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", this::answer);
            server.start();
            Path config = Path.of(Objects.requireNonNull(System.getenv("KUBECONFIG"),
                    "KUBECONFIG must name a file in the build directory, so that no real cluster is asked"));
            Files.createDirectories(Objects.requireNonNull(config.getParent()));
            Files.writeString(config, """
                    apiVersion: v1
                    kind: Config
                    clusters: [{name: test, cluster: {server: "http://127.0.0.1:%s"}}]
                    contexts: [{name: test, context: {cluster: test, user: test}}]
                    users: [{name: test, user: {}}]
                    current-context: test
                    """.formatted(server.getAddress().getPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes sure that Helm asks this cluster, which has no Secret yet unless a test put one. */
    static ClusterWithSecrets started() {
        return INSTANCE;
    }

    void put(String secret, String token) {
        tokens.put(secret, token);
    }

    void clear() {
        tokens.clear();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String prefix = "/api/v1/namespaces/" + Rendered.NAMESPACE + "/secrets/";
        String token = path.startsWith(prefix) ? tokens.get(path.substring(prefix.length())) : null;
        if (path.equals("/api/v1")) {
            send(exchange, 200,
                    """
                            {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1", "resources": [{"name": "secrets", \
                            "singularName": "secret", "namespaced": true, "kind": "Secret", "verbs": ["get", "list"]}]}""");
        } else if (token != null) {
            send(exchange, 200, """
                    {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "%s"}, "data": {"token": "%s"}}"""
                    .formatted(path.substring(prefix.length()),
                            Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8))));
        } else {
            send(exchange, 404, """
                    {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}""");
        }
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
