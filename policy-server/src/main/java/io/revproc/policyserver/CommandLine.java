package io.revproc.policyserver;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.start.FrameworkOptions;
import io.revproc.start.SettingsCatalogue;
import io.revproc.start.SettingsHelp;
import org.jspecify.annotations.Nullable;

/**
 * The seed's command line, {@code -id 1 -pp PP_1 -listen 9001 -revproc 8080}, put into the words of the settings.
 */
final class CommandLine {
    private static final String USAGE = """
            Usage: java -jar policy-server.jar [-id ID] [-pp POLICY[,POLICY…]] [-listen PORT] [-revproc PORT|HOST:PORT[,…]] \
            [-revhost HOST] [--KEY=VALUE…]

              -id ID          this server's id (default 1)
              -pp POLICY      the privacy policies it serves, one or a comma list (default PP_1)
              -listen PORT    the port it takes messages on (default 9001, 0: any free one)
              -revproc PORT   where the reverse proxy is, or a comma list to fail over to (default 8123)
              -revhost HOST   the reverse proxy's host (default 127.0.0.1)
              --help          this text, with the settings for every day
              --help-all      this text, with all settings
              --version       the version

            Settings with their defaults; --policy-server.KEY=VALUE, or an environment variable (POLICYSERVER_LISTEN for
            policy-server.listen), or application.yaml in the working directory:

              server.port
                  HTTP for health checks. Default: the listen port + 1000.
            """;

    private static final Map<String, String> SETTINGS = Map.of("id", "policy-server.id", "pp", "policy-server.pp",
            "listen", "policy-server.listen", "revproc", "policy-server.revproc", "revhost", "policy-server.revhost");

    private CommandLine() {}

    static String help(boolean all) {
        return USAGE + SettingsHelp.text(settings(), all);
    }

    /** Returns all settings of this program. */
    static SettingsCatalogue settings() {
        return SettingsCatalogue.read("policy-server.");
    }

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

    /**
     * The arguments with the seed's flags as {@code --key=value}; the others as they are. Where a flag comes twice the last
     * one counts, but for the policies, which add up.
     */
    static String[] translate(String[] args) throws UsageException {
        List<String> others = new ArrayList<>();
        Map<String, String> settings = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            int equals = arg.indexOf('=');
            String name = equals < 0 ? arg : arg.substring(0, equals);
            String setting = setting(name);
            if (!arg.startsWith("-")) {
                throw new UsageException("'" + arg + "' is not a flag; see --help");
            } else if (setting == null && !arg.startsWith("--")) {
                throw new UsageException("the flag '" + arg + "' is unknown; see --help");
            } else if (setting == null) {
                check(name, equals < 0);
                others.add(arg);
            } else if (equals < 0 && (i + 1 == args.length || args[i + 1].startsWith("-"))) {
                throw new UsageException("the flag '" + arg + "' needs a value; see --help");
            } else {
                String value = equals < 0 ? args[++i] : arg.substring(equals + 1);
                settings.merge(setting, value,
                        (before, after) -> setting.equals(SETTINGS.get("pp")) ? before + "," + after : after);
            }
        }
        settings.forEach((setting, value) -> others.add("--" + setting + "=" + value));
        return others.toArray(String[]::new);
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

    /** The setting that a flag stands for, in the seed's words or in full; null for everything else. */
    private static @Nullable String setting(String flag) {
        String bare = flag.replaceFirst("^--?", "");
        return SETTINGS.containsValue(bare) ? bare : SETTINGS.get(bare);
    }
}
