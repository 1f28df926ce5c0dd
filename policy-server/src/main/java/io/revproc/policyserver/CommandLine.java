package io.revproc.policyserver;

import java.util.Map;
import java.util.Set;

import io.revproc.start.SeedFlags;
import io.revproc.start.SettingsCatalogue;
import io.revproc.start.SettingsHelp;

/** The server's command line: the seed's flags, {@code -id 1 -pp PP_1 -listen 9001 -revproc 8080}, and its help. */
final class CommandLine {
    static final SeedFlags FLAGS = new SeedFlags(Map.of("id", "policy-server.id", "pp", "policy-server.pp", "listen",
            "policy-server.listen", "revproc", "policy-server.revproc", "revhost", "policy-server.revhost"),
            Set.of("policy-server.pp"));

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

    private CommandLine() {}

    static String help(boolean all) {
        return USAGE + SettingsHelp.text(settings(), all);
    }

    /** Returns all settings of this program. */
    static SettingsCatalogue settings() {
        return SettingsCatalogue.read("policy-server.");
    }
}
