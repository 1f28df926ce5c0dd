package io.revproc.server;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the server. */
@SpringBootApplication
public class PolicyServer {
    public static void main(String[] args) {
        SpringApplication.run(PolicyServer.class, args);
    }
}
