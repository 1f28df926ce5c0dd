package io.revproc;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

import io.revproc.admin.ProxyFacts;
import io.revproc.proxy.etcd.EtcdStatus;
import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.listener.TcpListener;
import io.revproc.start.Program;
import org.jspecify.annotations.Nullable;

/** The identity of this process: its machine, version and start. */
final class ThisProxy implements ProxyFacts {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private final TcpListener listener;
    private final ListenerSettings settings;
    private final Supplier<@Nullable EtcdStatus> store;
    private final Function<String, @Nullable String> http;
    private final String host = host();
    private final Instant startedAt = Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());

    /** @param http returns the address of the HTTP side for this name of the machine; null as long as there is none */
    ThisProxy(TcpListener listener, ListenerSettings settings, Supplier<@Nullable EtcdStatus> store,
            Function<String, @Nullable String> http) {
        this.http = http;
        this.listener = listener;
        this.settings = settings;
        this.store = store;
    }

    @Override
    public String name() {
        return host + ":" + port();
    }

    @Override
    public String version() {
        return Program.version();
    }

    @Override
    public Instant startedAt() {
        return startedAt;
    }

    @Override
    public int port() {
        InetSocketAddress address = listener.localAddress();
        return address == null ? 0 : address.getPort();
    }

    @Override
    public @Nullable String admin() {
        return http.apply(host);
    }

    @Override
    public int maxConnections() {
        return settings.maxConnections();
    }

    @Override
    public String store() {
        EtcdStatus status = store.get();
        return status == null ? "memory" : "etcd " + status.state().word();
    }

    /** The machine's name, without asking a name server. */
    private static String host() {
        try {
            return Files.readString(HOST_NAME).strip();
        } catch (IOException e) {
            return Objects.requireNonNullElse(System.getenv().getOrDefault("COMPUTERNAME", System.getenv("HOSTNAME")),
                    "localhost");
        }
    }
}
