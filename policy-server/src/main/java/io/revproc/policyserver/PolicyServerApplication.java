package io.revproc.policyserver;

import io.revproc.start.Program;
import io.revproc.start.TrialStart;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the server. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class PolicyServerApplication {
    /** Registers with no proxy either. */
    static final TrialStart TRIAL = TrialStart.with("policy-server.listen-address=127.0.0.1",
            "policy-server.listen=0");

    /** See {@link Program} for the exit codes. */
    public static void main(String[] args) {
        new Program("policy-server", "policy-server", CommandLine::help, CommandLine.FLAGS, TRIAL)
                .main(new SpringApplication(PolicyServerApplication.class), args);
    }
}
