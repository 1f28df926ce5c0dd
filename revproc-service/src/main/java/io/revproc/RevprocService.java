package io.revproc;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the proxy. */
@SpringBootApplication
public class RevprocService {
    public static void main(String[] args) {
        SpringApplication.run(RevprocService.class, args);
    }
}
