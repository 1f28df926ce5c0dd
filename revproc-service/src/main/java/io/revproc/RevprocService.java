package io.revproc;

import io.revproc.start.FrameworkFailures;
import io.revproc.start.SettingsCatalogue;
import io.revproc.start.SettingsHelp;
import io.revproc.start.TrialStart;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts the proxy. */
@SpringBootApplication
public class RevprocService {
    /** It shares no table and sends nothing; on a free port it keeps no table over restarts, and a record only where the caller says so. */
    private static final TrialStart TRIAL = TrialStart.with("revproc.listener.address=127.0.0.1",
            "revproc.listener.port=0", "revproc.store.type=memory", "revproc.store.file=",
            "revproc.tracing.enabled=false");

    /** Exit codes: 0 help, version or a normal end, 1 the start failed, 2 wrong usage. */
    public static void main(String[] args) {
        if (SettingsHelp.asked(args)) {
            System.out.print(CommandLine.help(SettingsCatalogue.read("revproc."), SettingsHelp.asksForAll(args)));
            return;
        }
        if (SettingsHelp.asks(args, "--version", "-version", "-V")) {
            System.out.println("revproc-service " + Version.text());
            return;
        }
        String[] settings;
        try {
            settings = CommandLine.translate(args);
        } catch (CommandLine.UsageException e) {
            System.err.println("revproc: " + e.getMessage());
            System.exit(e.exitCode());
            return;
        }
        FrameworkFailures.startedWith(settings);
        boolean trial = TrialStart.asked();
        try {
            SpringApplication application = new SpringApplication(RevprocService.class);
            application.addListeners(new QuickStart());
            ConfigurableApplicationContext context = application
                    .run(trial ? TRIAL.settings(settings) : settings);
            if (trial) {
                System.exit(SpringApplication.exit(context));
            }
        } catch (SpringApplication.AbandonedRunException e) {
            throw e;
        } catch (RuntimeException e) {
            // StartFailures has said why.
            System.exit(1);
        }
    }
}
