package io.revproc.policyserver;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

import io.revproc.start.FrameworkFailures;
import io.revproc.start.SettingsHelp;
import io.revproc.start.TrialStart;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts the server. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class PolicyServerApplication {
    /** Registers with no proxy either. */
    static final TrialStart TRIAL = TrialStart.with("policy-server.listen-address=127.0.0.1",
            "policy-server.listen=0");

    /** Exit codes: 0 help, version or a normal end, 1 the start failed, 2 wrong usage. */
    public static void main(String[] args) {
        if (SettingsHelp.asked(args)) {
            System.out.print(CommandLine.help(SettingsHelp.asksForAll(args)));
            return;
        }
        if (SettingsHelp.asks(args, "--version", "-version", "-V")) {
            System.out.println("policy-server " + version());
            return;
        }
        String[] settings;
        try {
            settings = CommandLine.translate(args);
        } catch (CommandLine.UsageException e) {
            System.err.println("policy-server: " + e.getMessage());
            System.exit(e.exitCode());
            return;
        }
        FrameworkFailures.startedWith(settings);
        boolean trial = TrialStart.asked();
        try {
            ConfigurableApplicationContext context = SpringApplication.run(PolicyServerApplication.class,
                    trial ? TRIAL.settings(settings) : settings);
            if (trial) {
                System.exit(SpringApplication.exit(context));
            }
        } catch (RuntimeException e) {
            // the cause was printed by StartFailures
            System.exit(1);
        }
    }

    static String version() {
        Properties build = new Properties();
        try (InputStream in = PolicyServerApplication.class.getResourceAsStream("/META-INF/build-info.properties")) {
            if (in != null) {
                build.load(in);
            }
        } catch (IOException e) {
            // as if it were not there
        }
        return build.getProperty("build.version", "unknown");
    }
}
