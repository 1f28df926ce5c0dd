package upper.server;

import java.util.Locale;

import io.revproc.spring.PolicyHandler;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A policy server that answers with the payload in upper case. The starter does the rest: leases, heartbeats, drain, TLS, refusals. */
@SpringBootApplication
public class UpperServer {
    public static void main(String[] args) {
        SpringApplication.run(UpperServer.class, args);
    }

    @PolicyHandler("${policy}")
    String upper(String payload) {
        return payload.toUpperCase(Locale.ROOT);
    }
}
