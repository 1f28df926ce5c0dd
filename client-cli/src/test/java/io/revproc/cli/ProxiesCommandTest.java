package io.revproc.cli;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ProxiesCommandTest {
    private static final String PROXIES = """
            {"shared": true, "store": "etcd in-step", "proxies": [
             {"name": "edge-1:8123", "self": true, "state": "UP", "lastSeen": "2026-11-30T10:10:00Z", "goneSince": null, "version": "1.0.0",
              "admin": "http://edge-1:8124/", "startedAt": "2026-11-30T07:00:00Z", "servers": 12, "inRotation": 11, "policiesWithoutServer": 1,
              "messagesPerSecond": 412.5, "refusalsPerSecond": 0.0, "record": "KEPT"},
             {"name": "edge-2:8123", "self": false, "state": "GONE", "lastSeen": "2026-11-30T10:04:50Z", "goneSince": "2026-11-30T10:05:00Z",
              "version": "1.0.0", "admin": "http://edge-2:8124/", "startedAt": "2026-11-28T07:00:00Z", "servers": 12, "inRotation": 12,
              "policiesWithoutServer": 0, "messagesPerSecond": 398.0, "refusalsPerSecond": 1.5, "record": "OFF"},
             {"name": "8c1f", "self": false, "state": "UP", "lastSeen": "2026-11-30T10:09:50Z", "goneSince": null, "version": null,
              "admin": null, "startedAt": null, "servers": null, "inRotation": null, "policiesWithoutServer": null,
              "messagesPerSecond": null, "refusalsPerSecond": null, "record": null}]}""";

    @Test
    void everyProxyOverTheTableIsALine() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/proxies", 200, PROXIES)) {
            Run run = Run.of("proxies", "--admin", admin.url());

            assertThat(run.out()).isEqualTo(
                    """
                            PROXY                   STATE  FOR  HEARD  VERSION  SERVERS  POLICIES DOWN  MESSAGES/S  REFUSED/S  RECORD  DASHBOARD
                            edge-1:8123 (this one)  up      3h     0s  1.0.0      11/12              1       412.5        0.0  kept    http://edge-1:8124/
                            edge-2:8123             gone    5m     5m  1.0.0      12/12              0       398.0        1.5  off     http://edge-2:8124/
                            8c1f                    up       -      -  -              -              -           -          -  -       -
                            """);
            assertThat(run.exitCode()).isZero();
            assertThat(Run.of("proxies", "--admin", admin.url(), "--json").json()).containsEntry("shared", true);
            assertThat(new Run.Setup().onATerminal().run("proxies", "--admin", admin.url()).out())
                    .contains("\u001b[31mgone");
        }
    }

    @Test
    void saysWhyThereIsOnlyOneOrWhyWhatItSaysIsOld() {
        try (FakeAdmin admin = new FakeAdmin()
                .answers("/admin/proxies", 200, "{\"shared\": false, \"store\": \"memory\", \"proxies\": []}")) {
            assertThat(Run.of("proxies", "--admin", admin.url()).out()).contains("revproc.store=etcd shares it");
        }
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/proxies", 200,
                "{\"shared\": true, \"store\": \"etcd lost\", \"proxies\": []}")) {
            assertThat(Run.of("proxies", "--admin", admin.url()).out()).contains("can't reach etcd");
        }
    }
}
