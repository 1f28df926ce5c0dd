package io.revproc.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands of a page of the docs: what stands in its blocks of shell. */
final class Page {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
    private static final Pattern EXIT_CODE = Pattern.compile("\\s# exit code (\\d+)");
    private static final Pattern PRINTS = Pattern.compile("\\s# prints (.+)");

    private Page() {}

    /**
     * A command, without its comment.
     *
     * @param exitCode 0, or what its comment says: {@code # exit code 1}
     * @param prints empty, or what its comment says that its output contains: {@code # prints HELLO}
     */
    record Command(String text, int exitCode, String prints) {
        static Command of(String line) {
            Matcher exitCode = EXIT_CODE.matcher(line);
            Matcher prints = PRINTS.matcher(line);
            return new Command(line.replaceFirst("\\s+# .*", "").strip(),
                    exitCode.find() ? Integer.parseInt(exitCode.group(1)) : 0, prints.find() ? prints.group(1) : "");
        }
    }

    static List<Command> commands(String page) throws IOException {
        List<Command> commands = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(Files.readString(Programs.home().resolve(page)));
        while (blocks.find()) {
            blocks.group(1).replace("\\\n", " ").lines().map(Command::of)
                    .filter(command -> !command.text().isEmpty()).forEach(commands::add);
        }
        return commands;
    }
}
