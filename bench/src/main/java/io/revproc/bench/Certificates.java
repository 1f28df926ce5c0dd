package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A certificate of the proxies and its authority, as {@code bin/revproc certs dev} makes them. */
record Certificates(Path folder) {
    static Certificates make(Path home, Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(home.resolve("bin/revproc").toString(), "certs", "dev", folder.toString())
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        if (process.waitFor() != 0) {
            throw new IOException("bin/revproc certs dev failed");
        }
        // HAProxy wants certificate and key in one file.
        Files.writeString(folder.resolve("proxy.pem"),
                Files.readString(folder.resolve("proxy.crt")) + Files.readString(folder.resolve("proxy.key")));
        return new Certificates(folder);
    }

    /** Returns the options of this proxy. */
    List<String> proxy() {
        String bundle = "--spring.ssl.bundle.pem.bench.";
        return List.of(bundle + "keystore.certificate=file:" + folder.resolve("proxy.crt"),
                bundle + "keystore.private-key=file:" + folder.resolve("proxy.key"),
                bundle + "truststore.certificate=file:" + folder.resolve("ca.crt"),
                "--revproc.listener.tls.bundle=bench");
    }

    /** Returns the options of {@code revproc bench}. */
    List<String> client() {
        return List.of("--cacert", folder.resolve("ca.crt").toString());
    }

    /** Returns the options of HAProxy's listener. */
    String haproxyListener() {
        return "ssl crt " + folder.resolve("proxy.pem") + " ssl-min-ver TLSv1.3";
    }

    /** Returns the options of HAProxy's connection to this proxy, where it stands for a server that registers. */
    String tunnel() {
        return "ssl ca-file " + folder.resolve("ca.crt") + " verify required";
    }
}
