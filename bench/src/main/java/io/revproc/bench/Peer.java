package io.revproc.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** Names what this proxy is compared with, and what each does for a message. */
enum Peer {
    REVPROC("revproc", null, "", "each, strictly", "each", "yes", "yes"),
    HAPROXY("HAProxy", "haproxy", "haproxy", "a connection's first", "a connection's first", "no", "no"),
    /** A port for each policy: what it can do without a module that reads messages. */
    NGINX("nginx stream", "nginx", "nginx-light libnginx-mod-stream", "no", "no, a port for each policy", "no", "no"),
    /** Request and reply over subjects, each policy's servers a queue group. */
    NATS("nats-server", "nats-server", "nats-server", "its header line", "each", "no", "no"),
    /** Request and reply of MQTT 5, each policy's servers a shared subscription. */
    MOSQUITTO("mosquitto", "mosquitto", "mosquitto", "its packet's header", "each", "no", "no"),
    RELAY("Netty and Jackson", null, "", "each, into a tree", "each", "no", "no");

    final String title;
    private final @Nullable String program;
    private final String debianPackages;
    /** Four cells of a table: what it parses, what it routes, whether a message has a deadline, whether it is recorded. */
    final List<String> does;

    Peer(String title, @Nullable String program, String debianPackages, String... does) {
        this.title = title;
        this.program = program;
        this.debianPackages = debianPackages;
        this.does = List.of(does);
    }

    /** Returns whether it takes messages of a connection to the server of its first one, as its users know. */
    boolean routesConnections() {
        return this == HAPROXY || this == NGINX;
    }

    /** Returns its program; null where it is a part of this module, or not installed. */
    @Nullable
    Path program() {
        if (program == null) {
            return null;
        }
        List<String> folders = new ArrayList<>(
                Arrays.asList(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)));
        folders.addAll(List.of("/usr/sbin", "/usr/local/sbin"));
        return folders.stream().map(folder -> Path.of(folder, program)).filter(Files::isExecutable).findFirst()
                .orElse(null);
    }

    /** Returns how to install what is missing; null where nothing is. */
    @Nullable
    String toInstall() {
        return program == null || program() != null ? null : "apt-get install " + debianPackages;
    }
}
