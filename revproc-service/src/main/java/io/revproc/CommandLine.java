package io.revproc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.revproc.start.FrameworkOptions;
import io.revproc.start.SettingsCatalogue;
import io.revproc.start.SettingsHelp;

/** The seed's command line, {@code -port 8080}, put into the words of the settings. */
final class CommandLine {
    private static final Map<String, String> FLAGS = Map.of("port", "revproc.listener.port", "address",
            "revproc.listener.address", "transcript", "revproc.transcript");

    private CommandLine() {}

    /** A sentence for the person who typed it. */
    static final class UsageException extends Exception {
        private final int exitCode;

        /** The failure of a command line that can't be read; exit code 2. */
        UsageException(String sentence) {
            this(sentence, 2);
        }

        private UsageException(String sentence, int exitCode) {
            super(sentence, null, false, false);
            this.exitCode = exitCode;
        }

        /** Returns the failure of a setting that does not exist, wherever it is found; exit code 1. */
        static UsageException noSetting(String sentence) {
            return new UsageException(sentence, 1);
        }

        /** Returns what the program ends with. */
        int exitCode() {
            return exitCode;
        }
    }

    /** The arguments with the seed's flags as {@code --key=value}; the others as they are. */
    static String[] translate(String[] args) throws UsageException {
        List<String> settings = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            int equals = arg.indexOf('=');
            String setting = FLAGS.get((equals < 0 ? arg : arg.substring(0, equals)).replaceFirst("^--?", ""));
            if (!arg.startsWith("-")) {
                throw new UsageException("'" + arg + "' is not a flag; see --help");
            }
            if (setting != null) {
                settings.add("--" + setting + "=" + (equals < 0 ? value(args, ++i) : arg.substring(equals + 1)));
            } else if (arg.startsWith("--")) {
                check(equals < 0 ? arg : arg.substring(0, equals), equals < 0);
                settings.add(arg);
            } else {
                throw new UsageException("the flag '" + arg + "' is unknown; see --help");
            }
        }
        return settings.toArray(String[]::new);
    }

    /** Returns whether this is a setting with a value; the framework would take a half typed one for an empty one, and a misspelt one for none. */
    private static void check(String name, boolean bare) throws UsageException {
        String problem = FrameworkOptions.problem(name.substring(2));
        if (problem != null) {
            throw UsageException.noSetting(problem);
        }
        if (bare && name.indexOf('.') >= 0) {
            throw new UsageException("the setting '" + name + "' needs a value: " + name + "=VALUE; see --help");
        }
    }

    private static String value(String[] args, int at) throws UsageException {
        if (at == args.length || args[at].startsWith("-")) {
            throw new UsageException("the flag '" + args[at - 1] + "' needs a value; see --help");
        }
        return args[at];
    }

    static String help(SettingsCatalogue catalogue, boolean all) {
        return """
                Usage: java -jar revproc-service.jar [-port PORT] [-address ADDRESS] [--KEY=VALUE…]

                  -port PORT        the TCP port of clients and policy servers (default 8123, 0: any free one)
                  -address ADDRESS  where it listens (default 127.0.0.1; 0.0.0.0 for all)
                  --help            this text, with the settings for every day
                  --help-all        this text, with all settings
                  --version         the version

                Settings with their defaults; --KEY=VALUE, or an environment variable (REVPROC_LISTENER_PORT for
                revproc.listener.port), or application.yaml in the working directory:

                  server.port (8124)
                      HTTP: /admin/routes, /actuator/health, /swagger-ui.html
                  server.address (127.0.0.1)
                """ + SettingsHelp.text(catalogue, all);
    }
}
