package io.revproc.admin;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

import io.revproc.RevprocService;
import io.revproc.apicheck.DescribedHttp;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole proxy in this process with accounts, or without, on ports that the kernel chooses. */
final class AdminProxy implements AutoCloseable {
    static final String VIEWER = "Bearer viewers-token";
    static final String OPERATOR = "Bearer operators-token";
    /** htpasswd -nbB -C 8 grace 'correct horse' */
    private static final String BCRYPT = "$2y$08$cNn1BE6tsx8N1MiIkO2Yj.t5lbQyZCzBpQaifBdFhH/V0uhV5oPXW";
    /** Holds every answer against the API's description. */
    static final DescribedHttp HTTP = DescribedHttp.by(Path.of("../docs/openapi.json"));

    private final ConfigurableApplicationContext context;
    private final int port;

    private AdminProxy(ConfigurableApplicationContext context) {
        this.context = context;
        this.port = Objects.requireNonNull(((ServletWebServerApplicationContext) context).getWebServer()).getPort();
    }

    static AdminProxy withAccounts(String address, String... more) {
        List<String> args = new ArrayList<>(List.of("--revproc.admin.tokens[0].name=victor",
                "--revproc.admin.tokens[0].role=viewer",
                "--revproc.admin.tokens[0].token-sha256=" + sha256("viewers-token"),
                "--revproc.admin.tokens[1].name=olga", "--revproc.admin.tokens[1].role=operator",
                "--revproc.admin.tokens[1].token-sha256=" + sha256("operators-token"),
                "--revproc.admin.users[0].name=grace", "--revproc.admin.users[0].role=operator",
                "--revproc.admin.users[0].password-bcrypt=" + BCRYPT));
        args.addAll(List.of(more));
        return start(address, args);
    }

    static AdminProxy withoutAccounts(String address, String... more) {
        return start(address, List.of(more));
    }

    private static AdminProxy start(String address, List<String> more) {
        List<String> args = new ArrayList<>(List.of("--server.address=" + address, "--server.port=0",
                "--revproc.listener.port=0", "--revproc.listener.event-loops=1", "--revproc.store=memory",
                "--spring.main.register-shutdown-hook=false"));
        if (more.stream().anyMatch(each -> each.startsWith("--revproc.store="))) {
            args.remove("--revproc.store=memory");
        }
        args.addAll(more);
        return new AdminProxy(new SpringApplicationBuilder(RevprocService.class).run(args.toArray(String[]::new)));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    <T> java.util.Collection<T> beans(Class<T> type) {
        return context.getBeansOfType(type).values();
    }

    int port() {
        return port;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Duration.ofSeconds(30));
    }

    static String basic(String name, String secret) {
        return "Basic "
                + Base64.getEncoder().encodeToString((name + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    private static String sha256(String text) {
        try {
            return java.util.HexFormat.of().formatHex(java.security.MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
