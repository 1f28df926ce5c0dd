package io.revproc.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import io.revproc.cli.DevAuthority.Issued;
import io.revproc.record.KeyFile;
import io.revproc.wire.FileProblem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes certificates for trying TLS out. */
@Command(name = "certs", description = "Make a small certificate authority, and certificates for proxy, server and client, for trying TLS out.", footer = {
        "Example:", "  revproc certs dev tls && cat tls/README", "",
        "Not for production: the authority's key is stored beside the certificates, without a password."})
final class CertsCommand implements Callable<Integer> {
    /** The kind of certificates to make. */
    enum Purpose {
        DEV
    }

    /** A clock that is behind shall not find them not yet valid. */
    private static final Duration HEAD_START = Duration.ofHours(1);

    private static final String PROXY = """
            spring:
              ssl:
                bundle:
                  pem:
                    revproc:
                      reload-on-update: true
                      keystore:
                        certificate: "file:DIR/proxy.crt"
                        private-key: "file:DIR/proxy.key"
                      truststore:
                        certificate: "file:DIR/ca.crt"
            revproc:
              listener:
                tls:
                  bundle: revproc
                  client-auth: need
              registration:
                grants:
                  - name: dev
                    certificate: spiffe://revproc.dev/server
                    policies: ["*"]
            """;
    private static final String SERVER = """
            spring:
              ssl:
                bundle:
                  pem:
                    server:
                      reload-on-update: true
                      keystore:
                        certificate: "file:DIR/server.crt"
                        private-key: "file:DIR/server.key"
                      truststore:
                        certificate: "file:DIR/ca.crt"
            policy-server:
              tls:
                bundle: server
            """;

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "dev", description = "For development.")
    @SuppressWarnings("UnusedVariable") // there is but one, which picocli checks
    private Purpose purpose;

    @Parameters(index = "1", paramLabel = "DIR", description = "The directory for the files; it is made if it does not exist.")
    private Path directory;

    @Option(names = "--host", split = ",", paramLabel = "NAME|ADDRESS", description = "Further names of the proxy and of servers (localhost, 127.0.0.1 and ::1 are always included).")
    private List<String> hosts = new ArrayList<>();

    @Option(names = "--days", paramLabel = "N", defaultValue = "90", description = "How many days the certificates are valid (default: ${DEFAULT-VALUE}).")
    private int days = 90;

    CertsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (days < 1 || days > 3650) {
            throw CliException.usage("--days is 1 to 3650");
        }
        for (String host : hosts) {
            if (!host.matches("[A-Za-z0-9.:_-]{1,253}")) {
                throw CliException.usage("--host: '" + Style.safe(host) + "' is neither a name nor an address");
            }
        }
        Path to = terminal.directory().resolve(directory);
        try {
            List<String> names = write(to);
            if (common.json) {
                terminal.out().println(Json.write(Map.of("directory", to.toString(), "files", names)));
            } else {
                terminal.out().println("wrote " + String.join(", ", names) + " to " + to
                        + "; README says how to use them");
            }
            return ExitCode.OK;
        } catch (FileAlreadyExistsException e) {
            throw new CliException(ExitCode.REFUSED,
                    "there is already a file " + e.getFile() + "; choose another directory, or remove it");
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, "cannot write to " + to + " (" + FileProblem.of(e)
                    + "); choose another directory");
        } catch (GeneralSecurityException e) {
            throw new CliException(ExitCode.REFUSED, "this JDK cannot make certificates (" + e.getMessage() + ")");
        }
    }

    private List<String> write(Path to) throws IOException, GeneralSecurityException {
        Files.createDirectories(to);
        Instant from = Instant.now().minus(HEAD_START);
        Instant until = from.plus(HEAD_START).plus(Duration.ofDays(days));
        DevAuthority authority = DevAuthority.create("revproc development authority", from, until);
        List<String> here = new ArrayList<>(List.of("localhost", "127.0.0.1", "::1"));
        here.addAll(hosts);
        List<String> written = new ArrayList<>();
        put(to, "ca", authority.own(), written);
        put(to, "proxy", authority.issue("proxy", here, from, until), written);
        put(to, "server", authority.issue("server", with(here, "spiffe://revproc.dev/server"), from, until), written);
        put(to, "client", authority.issue("client", List.of("spiffe://revproc.dev/client"), from, until), written);
        String at = to.toAbsolutePath().normalize().toString();
        create(to.resolve("proxy.yaml"), PROXY.replace("DIR", at), "rw-r--r--");
        create(to.resolve("server.yaml"), SERVER.replace("DIR", at), "rw-r--r--");
        create(to.resolve("README"), readme(at), "rw-r--r--");
        written.addAll(List.of("proxy.yaml", "server.yaml", "README"));
        return written;
    }

    private static List<String> with(List<String> names, String more) {
        List<String> all = new ArrayList<>(names);
        all.add(more);
        return all;
    }

    private static void put(Path to, String name, Issued issued, List<String> written)
            throws IOException, GeneralSecurityException {
        create(to.resolve(name + ".key"), issued.keyPem(), "rw-------");
        create(to.resolve(name + ".crt"), issued.certificatePem(), "rw-r--r--");
        written.add(name + ".crt");
        written.add(name + ".key");
    }

    /** Never over a file that is there; a key is nobody else's to read from its first byte on. */
    private static void create(Path file, String text, String permissions) throws IOException {
        Files.createFile(file, KeyFile.rights(file, permissions));
        Files.writeString(file, text, StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
    }

    private static String readme(String at) {
        return """
                Certificates for trying TLS out. Not for production: the authority's key (ca.key) lies here, without a password.
                proxy.yaml and server.yaml are the settings that go with them. In three terminals:

                bin/revproc-service --spring.config.additional-location=file:DIR/proxy.yaml
                bin/policy-server -pp PP_1 --spring.config.additional-location=file:DIR/server.yaml
                bin/revproc send --cacert DIR/ca.crt --cert DIR/client.crt --key DIR/client.key --policy PP_1 --payload hello

                proxy.yaml    clients and servers must show a certificate of this authority; servers, the one that is called
                              spiffe://revproc.dev/server, at their registration and on their data ports
                server.yaml   shows server.crt, and lets nobody but this authority's proxy in
                """
                .replace("DIR", at);
    }
}
