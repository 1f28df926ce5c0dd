package io.revproc.proxy.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.AddressRule;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class SnapshotStoreTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00.123456Z");

    @TempDir
    Path directory;

    private final List<String> expected = new ArrayList<>();
    private Predicate<EndpointSpec> allowed = spec -> true;

    @Test
    void part1ServersSurviveARestartAsUnverified() {
        SwitchTable before = table();
        try (SnapshotStore store = open(before)) {
            before.register(spec("PP_1", "1", 9001, 1), null);
            before.register(spec("PP_1", "2", 9002, 1), null);
            before.register(spec("p ö/\u00e9\"", "x", 9003, 1), null);
            assertThat(store).isNotNull();
        }
        SwitchTable after = table();
        try (SnapshotStore store = open(after)) {
            Endpoint first = entry(after, "PP_1", "1");
            assertThat(first.spec()).isEqualTo(entry(before, "PP_1", "1").spec());
            assertThat(first.registeredAt()).isEqualTo(entry(before, "PP_1", "1").registeredAt());
            assertThat(first.state().liveness()).isEqualTo(Liveness.FAILED);
            assertThat(first.state().onTrial()).isTrue();
            assertThat(entry(after, "p ö/\u00e9\"", "x").spec().port()).isEqualTo(9003);
            assertThat(after.routes().policies()).hasSize(2);
            assertThat(store).isNotNull();
        }
    }

    @Test
    void changesReachTheFileWithoutAClose() throws IOException {
        SwitchTable table = table();
        try (SnapshotStore store = open(table)) {
            Endpoint endpoint = table.register(spec("PP_1", "1", 9001, 1), null);
            await().until(() -> Files.exists(file()) && read().contains("PP_1"));
            table.remove(endpoint);
            await().until(() -> !read().contains("9001"));
            assertThat(store).isNotNull();
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file());
        }
    }

    @Test
    void serversWithASessionAreNotKeptAndTheirPoliciesAre() throws IOException {
        SwitchTable before = table();
        try (SnapshotStore store = open(before)) {
            before.register(spec("PP_1", "1", 9001, 2), "lease");
            assertThat(store).isNotNull();
        }
        assertThat(read()).contains("PP_1").doesNotContain("9001");
    }

    @Test
    void policiesThatHadAServerAreRememberedOverARestart() {
        SwitchTable before = table();
        try (SnapshotStore store = open(before)) {
            before.remove(before.register(spec("PP_GONE", "1", 9001, 2), "lease"));
            before.remember(Ident.of("PP_LONG_GONE"), Instant.EPOCH);
            before.register(spec("PP_HERE", "1", 9001, 2), "lease");
            before.register(spec("PP_OLD", "1", 9002, 1), null);
            assertThat(store).isNotNull();
        }
        SwitchTable after = table();
        try (SnapshotStore store = open(after)) {
            assertThat(after.routes().unserved())
                    .extracting(policy -> policy.policy().text() + " " + policy.noServerSince())
                    .containsExactly("PP_GONE " + NOW, "PP_HERE " + NOW, "PP_LONG_GONE " + Instant.EPOCH);
            assertThat(after.forget(Ident.of("PP_GONE"))).isTrue();
            after.register(spec("PP_HERE", "1", 9001, 2), "lease");
            assertThat(store).isNotNull();
        }
        SwitchTable again = table();
        try (SnapshotStore store = open(again)) {
            assertThat(again.routes().unserved()).extracting(policy -> policy.policy().text())
                    .containsExactly("PP_HERE", "PP_LONG_GONE");
            assertThat(store).isNotNull();
        }
    }

    @Test
    void fileBesideASharedTableHoldsOnlyWhichPoliciesHadAServer() throws IOException {
        SwitchTable before = table();
        try (SnapshotStore store = open(before, false)) {
            before.register(spec("PP_1", "1", 9001, 1), null);
            assertThat(store).isNotNull();
        }
        assertThat(read()).contains("PP_1").doesNotContain("9001");
        SwitchTable after = table();
        try (SnapshotStore store = open(after, false)) {
            assertThat(after.routes().policies()).isEmpty();
            assertThat(after.routes().unserved()).hasSize(1);
            assertThat(store).isNotNull();
        }
    }

    @Test
    void fileOfAnOlderProxyIsRead() throws IOException {
        String entries = "[{\"policy\":\"PP_1\",\"policyQuoted\":true,\"id\":\"1\",\"idQuoted\":false,\"address\":\"127.0.0.1\","
                + "\"port\":9001,\"proto\":1,\"mux\":false,\"weight\":1,\"zone\":null,\"maxInFlight\":1,\"tls\":false,"
                + "\"owner\":null,\"certificate\":null,\"mode\":\"ACTIVE\",\"registeredAt\":\"2026-11-24T12:00:00Z\"}]";
        Files.writeString(file(),
                "revproc-routes-1 " + SnapshotFile.checksum(entries.getBytes(StandardCharsets.UTF_8)) + " "
                        + entries.length() + "\n" + entries);
        SwitchTable table = table();
        try (SnapshotStore store = open(table)) {
            assertThat(entry(table, "PP_1", "1").spec().port()).isEqualTo(9001);
            await().until(() -> read().startsWith("revproc-routes-2 "));
            assertThat(store).isNotNull();
        }
    }

    @Test
    void whatAnOperatorWantsSurvives() {
        SwitchTable before = table();
        try (SnapshotStore store = open(before)) {
            Endpoint part1 = before.register(spec("PP_1", "1", 9001, 1), null);
            Endpoint proto2 = before.register(spec("PP_1", "2", 9002, 2), "lease");
            before.update(part1, state -> state.withMode(Mode.MAINTENANCE));
            before.update(proto2, state -> state.withMode(Mode.MAINTENANCE));
            assertThat(store).isNotNull();
        }
        SwitchTable after = table();
        try (SnapshotStore store = open(after)) {
            assertThat(entry(after, "PP_1", "1").state().mode()).isEqualTo(Mode.MAINTENANCE);
            assertThat(expected).containsExactly("PP_1/2 MAINTENANCE");
            assertThat(store).isNotNull();
        }
    }

    /** While it was away nobody can say whose messages would come to that address. */
    @Test
    void addressStaysTheNewestRegistrationsAfterARestart() {
        SwitchTable before = table();
        try (SnapshotStore store = open(before)) {
            before.update(before.register(spec("PP_1", "a", 9001, 1), null),
                    state -> state.withMode(Mode.MAINTENANCE));
            before.register(spec("PP_2", "b", 9001, 1), null);
            before.register(spec("PP_3", "c", 9001, 1), null);
            assertThat(store).isNotNull();
        }
        SwitchTable after = table();
        try (SnapshotStore store = open(after)) {
            assertThat(entry(after, "PP_1", "a").state())
                    .isEqualTo(new EndpointState(Mode.MAINTENANCE, Liveness.LOST, null));
            assertThat(after.routes().find("PP_2")).isNull();
            assertThat(entry(after, "PP_3", "c").state().onTrial()).isTrue();
            assertThat(store).isNotNull();
        }
    }

    @Test
    void twoEntriesOfOneAddressInAnOldFileAreReadAsTheLaterOne() {
        AtomicReference<Instant> clock = new AtomicReference<>(Instant.parse("2026-11-24T12:00:01Z"));
        SwitchTable before = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10), clock::get,
                () -> 0, new AddressRule(true));
        try (SnapshotStore store = open(before)) {
            before.register(spec("PP_1", "a", 9001, 1), null);
            clock.set(clock.get().minusMillis(1));
            before.register(spec("PP_2", "a", 9001, 1), null);
            assertThat(store).isNotNull();
        }
        SwitchTable after = table();
        try (SnapshotStore store = open(after)) {
            assertThat(entry(after, "PP_1", "a").state().onTrial()).isTrue();
            assertThat(after.routes().find("PP_2")).isNull();
            assertThat(store).isNotNull();
        }
    }

    @Test
    void certificateThatAServerHasToShowSurvives() throws IOException {
        EndpointSpec pinned = new EndpointSpec(Ident.of("PP_1"), Ident.of("1"), InetAddress.ofLiteral("127.0.0.1"),
                9001, 2, true, 1, null, 256, true, "one", "ab".repeat(32));
        SwitchTable before = table();
        try (SnapshotStore store = open(before)) {
            before.update(before.register(pinned, "lease"), state -> state.withMode(Mode.MAINTENANCE));
            assertThat(store).isNotNull();
        }
        allowed = spec -> {
            assertThat(spec).isEqualTo(pinned);
            return true;
        };
        try (SnapshotStore store = open(table())) {
            assertThat(expected).containsExactly("PP_1/1 MAINTENANCE");
            assertThat(store).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "revproc-routes-1 abc 2\n[]", "revproc-routes-2 abc 2\n[]", "TRUNCATED",
            "FLIPPED"})
    void damagedFileIsSetAsideAndTheStartGoesOn(String content) throws IOException {
        SwitchTable before = table();
        try (SnapshotStore store = open(before)) {
            before.register(spec("PP_1", "1", 9001, 1), null);
            assertThat(store).isNotNull();
        }
        byte[] good = Files.readAllBytes(file());
        byte[] damaged = content.getBytes(StandardCharsets.UTF_8);
        if ("TRUNCATED".equals(content)) {
            damaged = java.util.Arrays.copyOf(good, good.length - 1);
        } else if ("FLIPPED".equals(content)) {
            damaged = good.clone();
            damaged[good.length - 10] ^= 1;
        }
        Files.write(file(), damaged);

        SwitchTable after = table();
        try (SnapshotStore store = open(after)) {
            assertThat(after.routes().policies()).isEmpty();
            assertThat(Files.readAllBytes(directory.resolve("routes.snapshot.damaged"))).isEqualTo(damaged);
            after.register(spec("PP_2", "1", 9001, 1), null);
            assertThat(store).isNotNull();
        }
        assertThat(read()).contains("PP_2");
    }

    @Test
    void serverThatIsNotAllowedAnyMoreStaysOutAndLeavesTheFile() throws IOException {
        SwitchTable before = table();
        try (SnapshotStore store = open(before)) {
            before.register(spec("PP_1", "1", 9001, 1), null);
            before.register(spec("PP_1", "2", 9002, 1), null);
            assertThat(store).isNotNull();
        }
        allowed = spec -> spec.port() == 9002;
        SwitchTable after = table();
        try (SnapshotStore store = open(after)) {
            assertThat(after.find(Ident.of("PP_1"), Ident.of("1"))).isNull();
            assertThat(entry(after, "PP_1", "2").spec().port()).isEqualTo(9002);
            await().until(() -> !read().contains("9001"));
            assertThat(store).isNotNull();
        }
    }

    @Test
    void placeThatCanNotBeWrittenDoesNotStopAnything() throws IOException {
        Files.writeString(directory.resolve("blocked"), "a file where a directory should be");
        SwitchTable table = table();
        try (SnapshotStore store = new SnapshotStore(table, directory.resolve("blocked/routes.snapshot"),
                Duration.ZERO, true)) {
            store.start(spec -> true, (spec, mode, at) -> {});
            table.register(spec("PP_1", "1", 9001, 1), null);
        }
        assertThat(entry(table, "PP_1", "1").state().alive()).isTrue();
    }

    @Test
    void manyChangesAreFewWritesAndTheLastOneCounts() {
        SwitchTable table = table();
        try (SnapshotStore store = open(table)) {
            for (int i = 0; i < 2_000; i++) {
                table.register(spec("PP_" + i % 10, "" + i, 9001 + i, 1), null);
            }
            assertThat(store).isNotNull();
        }
        SwitchTable after = table();
        try (SnapshotStore store = open(after)) {
            assertThat(after.routes().policies().stream().mapToInt(routes -> routes.size()).sum()).isEqualTo(2_000);
            assertThat(store).isNotNull();
        }
    }

    @Test
    void settledIsWhatTheFileHoldsWhateverThePause() throws Exception {
        SwitchTable table = table();
        try (SnapshotStore store = new SnapshotStore(table, file(), Duration.ofHours(1), true)) {
            store.start(allowed, (spec, mode, registeredAt) -> {});
            table.register(spec("PX", "1", 9001, 1), null);
            await().until(() -> Files.exists(file()) && read().contains("PX"));
            Endpoint newest = table.register(spec("PY", "2", 9001, 1), null);
            CompletableFuture<String> settled = new CompletableFuture<>();
            store.settle(newest, done -> settled.complete(done + readQuietly()));
            assertThat(settled.get(20, TimeUnit.SECONDS)).startsWith("true").contains("\"id\":\"2\"")
                    .doesNotContain("\"id\":\"1\"");
        }
    }

    @Test
    void whatIsNewIsWrittenThoughTheEndIsInterrupted() throws Exception {
        SwitchTable table = table();
        SnapshotStore store = new SnapshotStore(table, file(), Duration.ofHours(1), true);
        store.start(allowed, (spec, mode, registeredAt) -> {});
        table.register(spec("PX", "1", 9001, 1), null);
        await().until(() -> Files.exists(file()) && read().contains("PX"));
        table.register(spec("PY", "2", 9001, 1), null);
        Thread.currentThread().interrupt();
        store.close();
        assertThat(Thread.interrupted()).as("the interrupt is kept for the caller").isTrue();
        assertThat(read()).contains("PY");
    }

    @Test
    void diskThatTakesNothingStopsNoRegistration() throws Exception {
        Files.createDirectories(file().resolve("in-the-way"));
        SwitchTable table = table();
        SnapshotStore store = open(table);
        CompletableFuture<Boolean> settled = new CompletableFuture<>();
        store.settle(table.register(spec("PX", "1", 9001, 1), null), settled::complete);
        assertThat(settled.get(20, TimeUnit.SECONDS)).isTrue();
        store.close();
        CompletableFuture<Boolean> late = new CompletableFuture<>();
        store.settle(entry(table, "PX", "1"), late::complete);
        assertThat(late.get(20, TimeUnit.SECONDS)).as("nobody writes any more").isFalse();
    }

    private String readQuietly() {
        try {
            return read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SnapshotStore open(SwitchTable table) {
        return open(table, true);
    }

    private SnapshotStore open(SwitchTable table, boolean keepsServers) {
        SnapshotStore store = new SnapshotStore(table, file(), Duration.ofMillis(5), keepsServers);
        store.start(allowed, (spec, mode, registeredAt) -> expected.add(spec.name() + " " + mode));
        return store;
    }

    private Path file() {
        return directory.resolve("routes.snapshot");
    }

    private String read() throws IOException {
        return Files.readString(file());
    }

    private static SwitchTable table() {
        return new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
                () -> NOW, () -> 0);
    }

    private static EndpointSpec spec(String policy, String id, int port, int proto) {
        return new EndpointSpec(Ident.of(policy), Ident.of(id), InetAddress.ofLiteral("127.0.0.1"), port, proto,
                proto == 2, 1, null, 256, false, null, null);
    }

    private static Endpoint entry(SwitchTable table, String policy, String id) {
        Endpoint found = table.find(Ident.of(policy), Ident.of(id));
        if (found == null) {
            throw new AssertionError("no entry " + policy + "/" + id);
        }
        return found;
    }
}
