package io.revproc.chart;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.api.model.EnvVar;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Dockerfiles' steps, then their entry points with what the chart sets, then the chart's own test. Only addresses and ports are
 * this machine's: loopback, and free ones.
 */
class ImagesStartIT {
    @TempDir
    Path work;

    @Test
    void theImagesStartWithTheChartsSettingsAndTheChartsTestPasses() throws Exception {
        Rendered chart = Rendered.with("policyServers: {pp-1: {policy: PP_1}}");
        ImageBuild.Image proxyImage = ImageBuild.of("revproc-service", Files.createDirectory(work.resolve("proxy")));
        ImageBuild.Image serverImage = ImageBuild.of("policy-server", Files.createDirectory(work.resolve("server")));
        List<Path> proxyFiles = proxyImage.files();
        List<Path> serverFiles = serverImage.files();
        assertThat(proxyFiles).anyMatch(file -> file.endsWith("revproc-service.aot"));
        Path config = Files.createDirectory(work.resolve("config"));
        Files.writeString(config.resolve("application.yaml"), chart.proxyConfig().toString());

        // A cache that does not fit its program is passed over in silence by default; here it ends the JVM.
        Map<String, String> strict = Map.of("JDK_JAVA_OPTIONS", "-XX:AOTMode=on");
        Map<String, String> proxyEnvironment = new HashMap<>(strict);
        proxyEnvironment.put("SPRING_CONFIG_ADDITIONALLOCATION", "file:" + config + "/");
        try (Started proxy = Started.of(proxyImage.start(List.of("--revproc.listener.address=127.0.0.1",
                "--revproc.listener.port=0", "--server.address=127.0.0.1", "--server.port=0",
                "--revproc.registration.allowed-cidrs=127.0.0.0/8",
                "--revproc.store.file=" + work.resolve("routes.snapshot"))),
                proxyEnvironment, work.resolve("proxy.log"))) {
            int listener = proxy.port("event=listening .*port=(\\d+)");
            int admin = proxy.port("event=started .*http=(\\d+)");

            Map<String, String> serverEnvironment = new HashMap<>(strict);
            for (EnvVar variable : chart.pod("shop-revproc-pp-1").getSpec().getContainers().getFirst().getEnv()) {
                serverEnvironment.put(variable.getName(),
                        variable.getValue() == null ? "shop-revproc-pp-1-x" : variable.getValue());
            }
            serverEnvironment.put("POLICYSERVER_REVHOST", "127.0.0.1");
            serverEnvironment.put("POLICYSERVER_REVPROC", "" + listener);
            serverEnvironment.put("POLICYSERVER_LISTENADDRESS", "127.0.0.1");
            serverEnvironment.put("POLICYSERVER_LISTEN", "0");
            serverEnvironment.put("SERVER_ADDRESS", "127.0.0.1");
            serverEnvironment.put("SERVER_PORT", "0");
            try (Started server = Started.of(serverImage.start(List.of()), serverEnvironment,
                    work.resolve("server.log"))) {
                server.port("registered policy=PP_1 proxy=127.0.0.1:(\\d+)");

                HelmTestScriptTest.Outcome outcome = HelmTestScriptTest.run(admin, listener, "PP_1");
                assertThat(outcome.output()).isEqualTo("proxy is ready\nPP_1: hash matched\nall is well\n");
                // The metrics of the collector begin with its first pause, which is told by another thread.
                proxy.collectGarbage();
                Awaitility.await().atMost(Duration.ofMinutes(1))
                        .untilAsserted(() -> assertThat(namedByUs()).hasSizeGreaterThan(20).isSubsetOf(metrics(admin)));
                // SIGTERM: 128 + 15
                assertThat(server.stop()).isEqualTo(143);
            }
            assertThat(proxy.stop()).isEqualTo(143);
        }
        assertThat(proxyImage.files()).as("the root file system is read-only").isEqualTo(proxyFiles);
        assertThat(serverImage.files()).as("the root file system is read-only").isEqualTo(serverFiles);
    }

    /** What the dashboard and the alerts ask for, without what Prometheus itself adds. */
    private static Set<String> namedByUs() {
        Set<String> metrics = new TreeSet<>(Dashboard.read().metrics());
        metrics.addAll(Promql.metrics(AlertsTest.rules().stream().map(Kinds.PrometheusRule.Rule::expr).toList()));
        metrics.remove("up");
        // Only with etcd, and only with TLS; this proxy has neither.
        metrics.removeIf(name -> name.startsWith("revproc_store_") || name.startsWith("ssl_"));
        return metrics;
    }

    /** The names of what Prometheus would scrape. */
    private static Set<String> metrics(int admin) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + admin + "/actuator/prometheus");
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("[{ ]", 2)[0])
                    .collect(Collectors.toSet());
        }
    }
}
