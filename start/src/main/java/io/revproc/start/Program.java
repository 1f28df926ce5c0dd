package io.revproc.start;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.function.Function;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The main method of a service. It ends with 0 after help, the version or a normal end, 1 if the start failed, 2 for wrong usage.
 *
 * @param name   as {@code --version} says it
 * @param prefix what begins a sentence on the standard error stream
 * @param help   returns the help, with all settings or those for every day
 * @param flags  the seed's command line
 * @param trial  what a start is that nobody must notice
 */
public record Program(String name, String prefix, Function<Boolean, String> help, SeedFlags flags, TrialStart trial) {
    /** Runs it. */
    public void main(SpringApplication application, String[] args) {
        if (SettingsHelp.asked(args)) {
            System.out.print(help.apply(SettingsHelp.asksForAll(args)));
            return;
        }
        if (SettingsHelp.asks(args, "--version", "-version", "-V")) {
            System.out.println(name + " " + version());
            return;
        }
        try {
            start(application, flags.translate(args));
        } catch (UsageException e) {
            System.err.println(prefix + ": " + e.getMessage());
            System.exit(e.exitCode());
        }
    }

    private void start(SpringApplication application, String[] settings) {
        FrameworkFailures.startedWith(settings);
        Ending.listen();
        boolean asTrial = TrialStart.asked();
        try {
            ConfigurableApplicationContext context = application.run(asTrial ? trial.settings(settings) : settings);
            if (asTrial) {
                System.exit(SpringApplication.exit(context));
            }
        } catch (SpringApplication.AbandonedRunException e) {
            if (!Ending.isAsked()) {
                throw e;
            }
        } catch (RuntimeException e) {
            // StartFailures has said why.
            System.exit(1);
        }
    }

    /** Returns the version that was built. */
    public static String version() {
        Properties build = new Properties();
        try (InputStream in = Program.class.getResourceAsStream("/META-INF/build-info.properties")) {
            if (in != null) {
                build.load(in);
            }
        } catch (IOException e) {
            return "unknown";
        }
        return build.getProperty("build.version", "unknown");
    }
}
