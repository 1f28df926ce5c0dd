package io.revproc.proxy.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * Where this process runs, as far as addresses go: a server that registered from 127.0.0.1 is somebody else on every other
 * machine, and in every other network namespace of the same one.
 */
final class Site {
    private final String name;

    Site(String name) {
        this.name = name;
    }

    /** This machine since its start, and this process's network on it. */
    static Site ofThisProcess() {
        try {
            return new Site(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip() + " "
                    + Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
        } catch (IOException | UnsupportedOperationException e) {
            // Not Linux: the machine's name, so that two proxies on it still share its servers.
            String host = System.getenv().getOrDefault("COMPUTERNAME", System.getenv().get("HOSTNAME"));
            return new Site(host == null ? "unknown " + ProcessHandle.current().pid() : host);
        }
    }

    /** Returns what the entry of a server at this address has to say; null if the address means the same everywhere. */
    @Nullable
    String of(InetAddress address) {
        return address.isLoopbackAddress() || address.isLinkLocalAddress() || address.isAnyLocalAddress() ? name : null;
    }

    /** Returns whether a server at this address, entered with this site, can be reached from here. */
    boolean reaches(InetAddress address, @Nullable String site) {
        return of(address) == null || name.equals(site);
    }
}
