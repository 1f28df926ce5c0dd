package io.revproc;

import java.util.Map;
import java.util.Set;

import io.revproc.start.SeedFlags;
import io.revproc.start.SettingsCatalogue;
import io.revproc.start.SettingsHelp;

/** The proxy's command line: the seed's flags, such as {@code -port 8080}, and its help. */
final class CommandLine {
    static final SeedFlags FLAGS = new SeedFlags(Map.of("port", "revproc.listener.port", "address",
            "revproc.listener.address", "transcript", "revproc.transcript"), Set.of());

    private CommandLine() {}

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
