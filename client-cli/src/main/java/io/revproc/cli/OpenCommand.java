package io.revproc.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Opens the dashboard in a browser. */
@Command(name = "open", description = "Print the dashboard's address, and open it in a browser if there is one.", footer = {
        "It uses the browser in $BROWSER, or the desktop's. Without a desktop or a terminal it only prints the address."})
final class OpenCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    @Option(names = "--print", description = "Print the address only.")
    private boolean print;

    OpenCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        String address = admin.client() + "/";
        terminal.out().println(common.json ? Json.write(Map.of("dashboard", address)) : address);
        List<String> browser = browser(terminal.env(), System.getProperty("os.name", ""));
        if (!print && !common.json && terminal.interactive() && !browser.isEmpty()) {
            try {
                List<String> command = new java.util.ArrayList<>(browser);
                command.add(address);
                new ProcessBuilder(command).redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            } catch (IOException e) {
                terminal.say("no browser could be started (" + e.getMessage() + "); open the address yourself");
            }
        }
        return ExitCode.OK;
    }

    /** Returns the command that opens an address; empty where there is nothing to show it on. */
    static List<String> browser(Map<String, String> env, String system) {
        String named = env.getOrDefault("BROWSER", "");
        if (!named.isBlank()) {
            return List.of(named.strip());
        }
        String name = system.toLowerCase(Locale.ROOT);
        if (name.startsWith("mac")) {
            return List.of("open");
        }
        if (name.startsWith("windows")) {
            return List.of("rundll32", "url.dll,FileProtocolHandler");
        }
        return env.containsKey("DISPLAY") || env.containsKey("WAYLAND_DISPLAY") ? List.of("xdg-open") : List.of();
    }
}
