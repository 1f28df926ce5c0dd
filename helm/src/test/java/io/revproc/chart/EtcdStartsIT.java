package io.revproc.chart;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The members of the chart's etcd with the arguments that the chart gives them; only names and ports are this machine's. Skipped
 * where no etcd is installed (Debian: etcd-server).
 */
class EtcdStartsIT {
    private static final String DOMAIN = ".shop-revproc-etcd-peers.web.svc";
    @TempDir
    Path work;

    /** Ports of one member on this machine. */
    record Ports(int client, int peer, int metrics) {}

    @Test
    void threeMembersFormAClusterWithTheChartsArguments() throws Exception {
        assumeThat(Path.of("/usr/bin/etcd")).as("SKIPPED: no etcd on this machine, install etcd-server").isExecutable();
        StatefulSet etcd = ValueSet.HA.rendered().one(StatefulSet.class, "shop-revproc-etcd");
        List<String> arguments = etcd.getSpec().getTemplate().getSpec().getContainers().getFirst().getArgs();
        int replicas = etcd.getSpec().getReplicas();
        List<Ports> ports = freePorts(replicas);
        List<Started> members = new ArrayList<>();
        try {
            for (int i = 0; i < replicas; i++) {
                members.add(start(i, arguments, ports));
            }
            for (Ports member : ports) {
                Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
                    assertThat(get(member.metrics(), "/health")).contains("\"health\":\"true\"");
                    assertThat(get(member.client(), "/version")).contains("etcdserver");
                });
            }
            assertThat(members(ports.getFirst())).as("members that every one of them counts").isEqualTo(replicas);
        } finally {
            members.forEach(Started::close);
        }
    }

    private Started start(int i, List<String> arguments, List<Ports> all) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/etcd"));
        Ports own = all.get(i);
        for (String argument : arguments) {
            String mine = argument.replace("$(POD_NAME)", "shop-revproc-etcd-" + i)
                    .replace("/var/lib/etcd", work.resolve("member-" + i).toString())
                    .replace("0.0.0.0:2379", "127.0.0.1:" + own.client())
                    .replace("0.0.0.0:2380", "127.0.0.1:" + own.peer())
                    .replace("0.0.0.0:2381", "127.0.0.1:" + own.metrics());
            for (int j = 0; j < all.size(); j++) {
                mine = mine.replace("shop-revproc-etcd-" + j + DOMAIN + ":2379", "127.0.0.1:" + all.get(j).client())
                        .replace("shop-revproc-etcd-" + j + DOMAIN + ":2380", "127.0.0.1:" + all.get(j).peer());
            }
            command.add(mine);
        }
        Files.createDirectories(work.resolve("member-" + i));
        return Started.of(new ProcessBuilder(command).redirectErrorStream(true), Map.of(),
                work.resolve("etcd-" + i + ".log"));
    }

    private static long members(Ports member) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest
                .newBuilder(URI.create("http://127.0.0.1:" + member.client() + "/v3/cluster/member/list"))
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            String answer = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            return Yaml.tree(answer).path("members").size();
        }
    }

    private static String get(int port, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    /** Taken one after the other and held until all are known, so that no two are the same. */
    private static List<Ports> freePorts(int members) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        List<Ports> ports = new ArrayList<>();
        for (int i = 0; i < members * 3; i++) {
            held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        for (int i = 0; i < members; i++) {
            ports.add(new Ports(held.get(3 * i).getLocalPort(), held.get(3 * i + 1).getLocalPort(),
                    held.get(3 * i + 2).getLocalPort()));
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return ports;
    }
}
