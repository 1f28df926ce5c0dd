package io.revproc.admin;

import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.revproc.e2e.EtcdCluster;
import io.revproc.proxy.listener.TcpListener;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Two proxies over one etcd, and what each tells of the other: over HTTP, and in a real browser. */
class ProxiesTest {
    /** What a proxy would write, for one that is not there. */
    private static final String GHOST = """
            {"name": "edge-3:8123", "version": "1.0.0", "admin": "http://edge-3:8124/", "startedAt": "2026-11-30T10:00:00Z",
             "servers": 0, "inRotation": 0, "policiesWithoutServer": 2, "messagesPerSecond": 12.5, "refusalsPerSecond": 1.5,
             "record": "FAILING", "stopping": false}""";
    private static final List<AutoCloseable> STARTED = new ArrayList<>();
    private static EtcdCluster etcd;
    private static AdminProxy one;
    private static AdminProxy two;

    @BeforeAll
    static void start() throws IOException {
        etcd = started(EtcdCluster.of(1));
        one = started(proxy());
        two = started(proxy());
    }

    private static <T extends AutoCloseable> T started(T one) {
        STARTED.add(one);
        return one;
    }

    private static AdminProxy proxy() {
        return AdminProxy.withAccounts("127.0.0.1", "--revproc.store=etcd",
                "--revproc.store.etcd.endpoints=" + etcd.endpoint(0), "--revproc.store.etcd.lease-ttl=3s",
                "--revproc.store.etcd.start-wait=60s", "--revproc.store.file=");
    }

    @AfterAll
    static void close() throws Exception {
        for (AutoCloseable each : STARTED.reversed()) {
            each.close();
        }
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }

    private static JsonNode proxies(AdminProxy at) {
        try {
            HttpRequest request = at.request("/admin/proxies").header("Authorization", AdminProxy.VIEWER).build();
            return JsonMapper.shared().readTree(AdminProxy.HTTP.send(request, BodyHandlers.ofString()).body());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static @Nullable JsonNode find(AdminProxy at, String name) {
        return proxies(at).path("proxies").valueStream().filter(each -> each.path("name").asString().equals(name))
                .findFirst().orElse(null);
    }

    private static String state(AdminProxy at, String name) {
        JsonNode found = find(at, name);
        return found == null ? "none" : found.path("state").asString();
    }

    private static String name(AdminProxy proxy) {
        return proxy.bean(ProxyFacts.class).name();
    }

    @Test
    void eachTellsOfTheOtherWhatItSaysOfItselfAndSinceWhenItIsGone() throws Exception {
        int port = Objects.requireNonNull(one.bean(TcpListener.class).localAddress()).getPort();
        one.bean(SwitchTable.class).register(new EndpointSpec(Ident.of("PP_1"), Ident.of(1),
                InetAddress.getLoopbackAddress(), 9001, 1, false, 1, null, 1, false, null, null), null);
        soon().untilAsserted(() -> assertThat(Objects.requireNonNull(find(two, name(one))).path("servers").asInt())
                .isEqualTo(1));
        JsonNode other = Objects.requireNonNull(find(two, name(one)));
        assertThat(name(one)).endsWith(":" + port);
        assertThat(other.path("self").asBoolean()).isFalse();
        assertThat(other.path("state").asString()).isEqualTo("UP");
        assertThat(other.path("admin").asString()).isEqualTo("http://127.0.0.1:" + one.port() + "/");
        assertThat(other.path("goneSince").isNull()).isTrue();
        assertThat(other.path("inRotation").asInt()).isEqualTo(1);
        assertThat(other.path("record").asString()).isEqualTo("OFF");
        assertThat(proxies(two).path("shared").asBoolean()).isTrue();
        assertThat(proxies(two).path("store").asString()).isEqualTo("etcd in-step");
        assertThat(Objects.requireNonNull(find(two, name(two))).path("self").asBoolean()).isTrue();
        // A proxy knows of itself before it has told the others.
        soon().untilAsserted(() -> assertThat(etcd.values(0, "/revproc/status/")).hasSize(2));
        assertThat(etcd.values(0, "/revproc/status/")).as("small, and without an address of clients")
                .allSatisfy((key, value) -> assertThat(value).hasSizeLessThan(400));

        // A proxy whose lease ends, and one that is stopped.
        AdminProxy third = started(proxy());
        String gone = name(third);
        etcd.put(0, "/revproc/proxies/ghost", "1");
        etcd.put(0, "/revproc/status/ghost", GHOST);
        soon().until(() -> state(two, "edge-3:8123").equals("UP") && state(two, gone).equals("UP"));
        try (Browser browser = Browser.start()) {
            browser.size(1440, 900);
            browser.theme("light");
            browser.open("http://127.0.0.1:" + two.port() + "/");
            browser.awaitText("#sum-proxies", "4");
            etcd.delete(0, "/revproc/proxies/ghost");
            third.close();
            browser.awaitText("#sum-proxies", "2, 1 gone");
            browser.awaitText("#proxies-rows", "stopped");
            look(browser);
        }
        assertThat(state(two, "edge-3:8123")).isEqualTo("GONE");
        assertThat(state(two, gone)).isEqualTo("STOPPED");
        assertThat(Objects.requireNonNull(find(one, gone)).path("goneSince").asString()).startsWith("20");
    }

    /** The view as a person sees it, in the states that the test above has made. */
    private static void look(Browser browser) {
        assertThat(browser.text("#proxies-rows tr:first-child")).as("worst first").startsWith("edge-3:8123gone")
                .contains("1.0.0", "failing");
        assertThat(browser.find("#proxies-rows a").getDomProperty("href"))
                .isEqualTo("http://127.0.0.1:" + one.port() + "/");
        assertThat(browser.text("#proxies-rows")).contains("this one");
        browser.shoot("proxies", "#proxies-panel");
        browser.keepForDocs("proxies", "dashboard-proxies");
        assertThat(browser.accessibility()).isEmpty();
        etcd.put(0, "/revproc/proxies/hostile", "1");
        etcd.put(0, "/revproc/status/hostile", GHOST.replace("edge-3:8123", "<b>mal</b>")
                .replace("http://edge-3:8124/", "javascript:alert(1)"));
        browser.awaitText("#proxies-rows", "<b>mal</b>up");
        assertThat(browser.all("#proxies-rows [href^=javascript], #proxies-rows b")).isEmpty();
        browser.theme("dark");
        browser.size(400, 900);
        browser.await("the width", () -> browser.script("return innerWidth").equals(400L));
        browser.script("document.querySelector('#proxies').scrollIntoView()");
        browser.shoot("proxies-narrow");
        assertThat(browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                .isEqualTo(0L);
        assertThat(browser.accessibility()).isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }
}
