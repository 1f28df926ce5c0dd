package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Certificates of one authority for proxies, servers and the load generator, as {@code bin/revproc certs dev} makes them. */
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

    /** Returns the option of a service that reads one of the files of settings. */
    List<String> settings(String file) {
        return List.of("--spring.config.additional-location=file:" + folder.resolve(file));
    }

    /** Returns the options of {@code revproc bench}. */
    List<String> client() {
        return List.of("--cacert", folder.resolve("ca.crt").toString(), "--cert",
                folder.resolve("client.crt").toString(), "--key", folder.resolve("client.key").toString());
    }

    /** Returns the options of HAProxy's listener: TLS 1.3 and a client's certificate, as here. */
    String haproxyListener() {
        return "ssl crt %s ca-file %s verify required ssl-min-ver TLSv1.3".formatted(folder.resolve("proxy.pem"),
                folder.resolve("ca.crt"));
    }

    /** Returns the options of HAProxy's connections to servers. */
    String haproxyServer() {
        return "ssl crt %s ca-file %s verify required".formatted(folder.resolve("proxy.pem"),
                folder.resolve("ca.crt"));
    }
}
