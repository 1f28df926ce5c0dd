package io.revproc.proxy.etcd;

import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import javax.net.ssl.SSLException;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseGrantResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import org.jspecify.annotations.Nullable;

/** The connection to one member of etcd, in the words of this package. Nothing is tried again in here. Thread-safe. */
final class EtcdLink implements AutoCloseable {
    /** Keys of one answer: far below the 4 MiB that an answer may have. */
    private static final int PAGE = 1000;
    private static final int MAX_BYTES = 64 << 20;

    /** A key as etcd has it; deleted at {@code modRevision} if there is no value. */
    record Item(String key, byte @Nullable [] value, long createRevision, long modRevision) {}

    /** The state of all keys at one revision. */
    record Snapshot(long clusterId, long revision, List<Item> items) {}

    /**
     * Changes, in etcd's order; none where etcd only says how far the watch is.
     *
     * @param revision the member's own at that time, which may be ahead of the changes
     */
    record Batch(List<Item> items, long revision) {}

    /** A watch that hands on changes. */
    interface Following extends AutoCloseable {
        /** Has etcd say how far the watch is, which costs no revision. */
        void ask();

        @Override
        void close();
    }

    /**
     * A change that happens only if the key was last changed at the expected revision.
     *
     * @param expected     0: there is no such key; negative: whatever there is
     * @param value        null: the key is deleted
     * @param lease        0: none
     * @param alsoDelete   goes with it if it happens
     */
    record Write(String key, long expected, byte @Nullable [] value, long lease, @Nullable String alsoDelete) {}

    /** @param current what there is if the write did not happen; null if there is nothing */
    record Outcome(boolean done, long clusterId, long revision, @Nullable Item current) {}

    private final URI endpoint;
    private final Client client;
    private final Duration timeout;

    private EtcdLink(URI endpoint, Client client, Duration timeout) {
        this.endpoint = endpoint;
        this.client = client;
        this.timeout = timeout;
    }

    /** @throws EtcdException if the certificates can't be used; whether the member is there shows with the first request */
    static EtcdLink open(URI endpoint, EtcdSettings properties) throws EtcdException {
        ClientBuilder builder = Client.builder().endpoints(endpoint)
                .connectTimeout(properties.timeout()).maxInboundMessageSize(MAX_BYTES).waitForReady(false)
                // The delays have to be shorter than the shortest time-out.
                .retryMaxAttempts(1).retryDelay(10).retryMaxDelay(20).retryMaxDuration(properties.timeout())
                .keepaliveTime(Duration.ofSeconds(10)).keepaliveTimeout(properties.timeout());
        String username = properties.username();
        String password = properties.password();
        if (username != null && password != null) {
            builder.user(bytes(username)).password(bytes(password));
        }
        if (endpoint.getScheme().equals("https")) {
            try {
                builder.sslContext(tls -> {
                    if (properties.caCertificate() != null) {
                        tls.trustManager(new File(properties.caCertificate()));
                    }
                    if (properties.certificate() != null && properties.privateKey() != null) {
                        tls.keyManager(new File(properties.certificate()), new File(properties.privateKey()));
                    }
                });
            } catch (SSLException | IllegalArgumentException e) {
                throw new EtcdException(
                        "the certificates of revproc.store.etcd can't be used: " + EtcdFailure.reason(e));
            }
        }
        return new EtcdLink(endpoint, builder.build(), properties.timeout());
    }

    URI endpoint() {
        return endpoint;
    }

    /** Returns all keys under the prefix. Waits for each page. */
    Snapshot load(String prefix) throws EtcdException, InterruptedException {
        List<Item> items = new ArrayList<>();
        ByteSequence from = bytes(prefix);
        long revision = 0;
        while (true) {
            GetResponse page = await(client.getKVClient().get(from, GetOption.builder().withRange(end(prefix))
                    .withLimit(PAGE).withRevision(revision).build()));
            if (revision == 0) {
                revision = page.getHeader().getRevision();
            }
            page.getKvs().forEach(kv -> items.add(item(kv)));
            if (!page.isMore()) {
                return new Snapshot(page.getHeader().getClusterId(), revision, items);
            }
            from = ByteSequence.from((items.getLast().key() + "\0").getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Hands on every change from this revision on, until it is closed or breaks off.
     *
     * @param broken called at most a few times, with a reason
     */
    Following watch(String prefix, long revision, Consumer<Batch> changes, Consumer<String> broken) {
        WatchOption option = WatchOption.builder().withRange(end(prefix)).withRevision(revision)
                .withRequireLeader(true).build();
        Watch.Watcher watcher = client.getWatchClient().watch(bytes(prefix), option, new Watch.Listener() {
            @Override
            public void onNext(WatchResponse response) {
                List<Item> items = new ArrayList<>(response.getEvents().size());
                for (WatchEvent event : response.getEvents()) {
                    Item item = item(event.getKeyValue());
                    items.add(event.getEventType() == WatchEvent.EventType.DELETE
                            ? new Item(item.key(), null, 0, item.modRevision())
                            : item);
                }
                changes.accept(new Batch(items, response.getHeader().getRevision()));
            }

            @Override
            public void onError(Throwable error) {
                broken.accept(EtcdFailure.reason(error));
            }

            @Override
            public void onCompleted() {
                broken.accept("the watch ended");
            }
        });
        return new Following() {
            @Override
            public void ask() {
                watcher.requestProgress();
            }

            @Override
            public void close() {
                watcher.close();
            }
        };
    }

    /** Returns whether there is the key, and etcd's revision now: not one of a member that lags behind. */
    CompletableFuture<Outcome> look(String key) {
        return client.getKVClient()
                .get(bytes(key), GetOption.builder().withCountOnly(true).build())
                .thenApply(response -> new Outcome(response.getCount() > 0, response.getHeader().getClusterId(),
                        response.getHeader().getRevision(), null))
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends without a result if there is none in time; the write may have happened then. */
    CompletableFuture<Outcome> write(Write write) {
        ByteSequence key = bytes(write.key());
        List<Op> then = new ArrayList<>(2);
        byte[] value = write.value();
        then.add(value == null
                ? Op.delete(key, DeleteOption.DEFAULT)
                : Op.put(key, ByteSequence.from(value), PutOption.builder().withLeaseId(write.lease()).build()));
        if (write.alsoDelete() != null) {
            then.add(Op.delete(bytes(write.alsoDelete()), DeleteOption.DEFAULT));
        }
        Cmp[] compares = write.expected() < 0
                ? new Cmp[0]
                : new Cmp[]{new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(write.expected()))};
        return client.getKVClient().txn().If(compares).Then(then.toArray(Op[]::new))
                .Else(Op.get(key, GetOption.DEFAULT)).commit().thenApply(EtcdLink::outcome)
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Returns a key; nothing if there is none. */
    CompletableFuture<Optional<Item>> get(String key) {
        return client.getKVClient().get(bytes(key))
                .thenApply(response -> response.getKvs().stream().findFirst().map(EtcdLink::item))
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Writes all of these at once, if the key was last changed at the expected revision. Ends without a result if there is none in time;
     * it may have happened then.
     */
    CompletableFuture<Outcome> replace(String key, long expected, Map<String, byte[]> puts, List<String> deletes) {
        List<Op> then = new ArrayList<>();
        puts.forEach((each, value) -> then.add(Op.put(bytes(each), ByteSequence.from(value), PutOption.DEFAULT)));
        deletes.forEach(each -> then.add(Op.delete(bytes(each), DeleteOption.DEFAULT)));
        return client.getKVClient().txn()
                .If(new Cmp(bytes(key), Cmp.Op.EQUAL, CmpTarget.modRevision(expected))).Then(then.toArray(Op[]::new))
                .Else(Op.get(bytes(key), GetOption.DEFAULT)).commit().thenApply(EtcdLink::outcome)
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static Outcome outcome(TxnResponse response) {
        List<KeyValue> found = response.isSucceeded() || response.getGetResponses().isEmpty()
                ? List.of()
                : response.getGetResponses().getFirst().getKvs();
        return new Outcome(response.isSucceeded(), response.getHeader().getClusterId(),
                response.getHeader().getRevision(), found.isEmpty() ? null : item(found.getFirst()));
    }

    /** A new lease. */
    CompletableFuture<Long> grant(Duration ttl) {
        return client.getLeaseClient().grant(ttl.toSeconds()).thenApply(LeaseGrantResponse::getID)
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Returns whether the lease is still there. Waits for the answer. */
    boolean holds(long lease) throws EtcdException, InterruptedException {
        return await(client.getLeaseClient().timeToLive(lease, LeaseOption.DEFAULT)).getTTL() > 0;
    }

    /** Ends a lease, and with it what hangs on it. Waits for the answer; one that is over already is fine. */
    void revoke(long lease) throws EtcdException, InterruptedException {
        try {
            await(client.getLeaseClient().revoke(lease));
        } catch (EtcdException e) {
            if (e.kind() != EtcdFailure.Kind.LEASE_OVER) {
                throw e;
            }
        }
    }

    /** Renews the lease; false if it is over. */
    CompletableFuture<Boolean> keepAlive(long lease) {
        return client.getLeaseClient().keepAliveOnce(lease).thenApply(response -> response.getTTL() > 0)
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits for an answer for as long as one may take. */
    <T> T await(CompletableFuture<T> answer) throws EtcdException, InterruptedException {
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            answer.cancel(true);
            throw new EtcdException(EtcdFailure.of(e));
        }
    }

    private static Item item(KeyValue kv) {
        return new Item(kv.getKey().toString(StandardCharsets.UTF_8), kv.getValue().getBytes(), kv.getCreateRevision(),
                kv.getModRevision());
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    /** Returns the first key behind all keys with the prefix, which ends with a slash. */
    private static ByteSequence end(String prefix) {
        byte[] bytes = prefix.getBytes(StandardCharsets.UTF_8);
        bytes[bytes.length - 1]++;
        return ByteSequence.from(bytes);
    }

    @Override
    public void close() {
        client.close();
    }
}
