package io.revproc.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;

import io.revproc.wire.DidYouMean;
import io.revproc.wire.EditDistance;
import io.revproc.wire.FileProblem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: finds the command, and turns every failure into one sentence and an exit code. */
@Command(name = "revproc", mixinStandardHelpOptions = true, versionProvider = Version.class, synopsisHeading = "Usage: ", descriptionHeading = "%n", optionListHeading = "%nOptions:%n", commandListHeading = "%nCommands:%n", footerHeading = "%n", usageHelpAutoWidth = true, description = "Sends messages through a policy-routed reverse proxy, and steers the proxy.", synopsisSubcommandLabel = "COMMAND", footer = {
        "'revproc help COMMAND' explains a command. Settings also come from",
        "REVPROC_HOST, REVPROC_PORT, REVPROC_ADMIN, REVPROC_TOKEN, REVPROC_USER and",
        "REVPROC_TIMEOUT, from a context (revproc context), and from",
        "~/.config/revproc/config (key=value)."})
public final class Revproc implements Callable<Integer> {
    /** Made one by one: reading the annotations of a command that is not asked for would cost its user time. */
    private static final Map<String, Function<Terminal, Callable<Integer>>> COMMANDS = new LinkedHashMap<>();

    /** How far a mistyped word may be from what it was meant to be. */
    private static final int MAX_EDITS = 2;
    private static final Set<String> HELP = Set.of("--help", "-h");
    private static final Set<String> HIDDEN = Set.of("seed", "train");
    /** A setting that is wrong must not keep anybody from mending it. */
    private static final Set<String> NEEDS_NO_SETTINGS = Set.of("context", "help", "completion", "man");

    static {
        COMMANDS.put("send", SendCommand::new);
        COMMANDS.put("routes", RoutesCommand::new);
        COMMANDS.put("top", TopCommand::new);
        COMMANDS.put("events", EventsCommand::new);
        COMMANDS.put("policies", PoliciesCommand::new);
        COMMANDS.put("proxies", ProxiesCommand::new);
        COMMANDS.put("describe", DescribeCommand::new);
        COMMANDS.put("explain", ExplainCommand::new);
        COMMANDS.put("can-register", CanRegisterCommand::new);
        COMMANDS.put("dismiss", DismissCommand::new);
        COMMANDS.put("health", HealthCommand::new);
        COMMANDS.put("wait", WaitCommand::new);
        COMMANDS.put("open", OpenCommand::new);
        COMMANDS.put("drain", EntryCommand.Drain::new);
        COMMANDS.put("maintenance", EntryCommand.Maintenance::new);
        COMMANDS.put("resume", EntryCommand.Resume::new);
        COMMANDS.put("remove", EntryCommand.Remove::new);
        COMMANDS.put("admin", AdminCommand::new);
        COMMANDS.put("bench", BenchCommand::new);
        COMMANDS.put("server", ServerCommand::new);
        COMMANDS.put("witness", WitnessCommand::new);
        COMMANDS.put("conformance", ConformanceCommand::new);
        COMMANDS.put("grant", GrantCommand::new);
        COMMANDS.put("evidence", EvidenceCommand::new);
        COMMANDS.put("certs", CertsCommand::new);
        COMMANDS.put("audit", AuditCommand::new);
        COMMANDS.put("context", ContextCommand::new);
        COMMANDS.put("help", HelpCommand::new);
        COMMANDS.put("completion", CompletionCommand::new);
        COMMANDS.put("man", ManCommand::new);
        COMMANDS.put("train", TrainCommand::new);
        COMMANDS.put("seed", SeedCommand::new);
    }

    private final Terminal terminal;

    private Revproc(Terminal terminal) {
        this.terminal = terminal;
    }

    public static void main(String[] args) {
        int exitCode = run(Terminal.ofProcess(), args);
        System.out.flush();
        // Where the process ends by itself with 0 anyway, the exit call would only load a logger.
        if (exitCode != ExitCode.OK) {
            System.exit(exitCode);
        }
    }

    /**
     * Runs one command line to its end. What could not be written is no success; but a pipe's reader that has enough is no failure, whatever
     * the command.
     *
     * @return the exit code
     */
    static int run(Terminal terminal, String... args) {
        int exitCode = execute(terminal, args);
        if (exitCode == ExitCode.OK && terminal.isCutShort()) {
            terminal.say("standard output took not all of it: nobody reads it any more, or the disk is full");
            return ExitCode.REFUSED;
        }
        return exitCode;
    }

    private static int execute(Terminal terminal, String... args) {
        String[] words = SeedCommand.isMeant(args)
                ? Stream.concat(Stream.of("seed"), Stream.of(args)).toArray(String[]::new)
                : args;
        try {
            boolean needsSettings = Stream.of(args).noneMatch(
                    word -> HELP.contains(word) || word.equals("--version") || word.equals("-V"))
                    && !(args.length > 0 && NEEDS_NO_SETTINGS.contains(args[0]));
            Settings settings = needsSettings ? Settings.load(terminal, context(args)) : Settings.NONE;
            Callable<Integer> quick = quick(terminal, settings, words);
            if (quick != null) {
                return call(terminal, quick, words[0]);
            }
            CommandLine line = commandLine(terminal, settings, words.length == 0 ? "" : words[0]);
            return (Stream.of(args).anyMatch(HELP::contains) ? WholeWords.in(line) : line).execute(words);
        } catch (CliException | InvalidPathException e) {
            return failure(terminal, e, "revproc");
        }
    }

    /** The context that the command line names. */
    private static @Nullable String context(String... args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].startsWith("--context=")) {
                return args[i].substring("--context=".length());
            }
            if (args[i].equals("--context") && i + 1 < args.length) {
                return args[i + 1];
            }
        }
        return null;
    }

    private static @Nullable Callable<Integer> quick(Terminal terminal, Settings settings, String... words) {
        return switch (words.length == 0 ? "" : words[0]) {
            case "send" -> QuickArguments.send(terminal, settings, words);
            case "seed" -> QuickArguments.seed(terminal, settings, words);
            default -> null;
        };
    }

    private static int call(Terminal terminal, Callable<Integer> command, String name) {
        try {
            return command.call();
        } catch (Exception e) {
            return failure(terminal, e, name);
        }
    }

    /** @param word the command that is asked for; if there is no such command, all are there */
    static CommandLine commandLine(Terminal terminal, Settings settings, String word) {
        CommandLine line = new CommandLine(new Revproc(terminal));
        Function<Terminal, Callable<Integer>> only = COMMANDS.get(word);
        if (only != null) {
            line.addSubcommand(word, only.apply(terminal));
        } else {
            COMMANDS.forEach((name, command) -> line.addSubcommand(name, command.apply(terminal)));
        }
        return line.setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Duration.class, text -> converted(text, Durations::parse))
                .registerConverter(Path.class, text -> converted(text, Path::of))
                .registerConverter(URI.class, text -> converted(text, HttpAddress::of))
                .setDefaultValueProvider(settings)
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.colours() ? Ansi.ON : Ansi.OFF))
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((e, all) -> usage(terminal, e, all))
                .setExecutionExceptionHandler((e, _, result) -> failure(terminal, e,
                        result.hasSubcommand() ? result.subcommand().commandSpec().name() : "revproc"));
    }

    /** With the commands that are meant for people. */
    static CommandLine visible(Terminal terminal) {
        CommandLine line = new CommandLine(new Revproc(terminal));
        COMMANDS.forEach((name, command) -> {
            if (!HIDDEN.contains(name)) {
                line.addSubcommand(name, command.apply(terminal));
            }
        });
        return line;
    }

    private static <T> T converted(String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (InvalidPathException e) {
            throw new CommandLine.TypeConversionException(FileProblem.of(e));
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    private static int usage(Terminal terminal, ParameterException e, String... words) {
        CommandLine line = e.getCommandLine();
        String flag = line.getCommandName().equals("seed") ? SeedCommand.wrongFlag(words) : null;
        if (flag != null) {
            terminal.say(flag);
            return ExitCode.USAGE;
        }
        if (e instanceof UnmatchedArgumentException unmatched && line.getParent() == null) {
            return noCommand(terminal, unmatched.getUnmatched().getFirst());
        }
        String option = e instanceof UnmatchedArgumentException unmatched
                ? unmatched.getUnmatched().getFirst().replaceFirst("=.*", "")
                : "";
        if (option.startsWith("-")) {
            String meant = option.length() > 3 ? EditDistance.closest(option, options(line), MAX_EDITS) : null;
            terminal.say(
                    "there is no option " + Style.safe(option) + (meant == null ? "" : "; " + DidYouMean.of(meant))
                            + (meant == null ? "; " : " ") + "'bin/" + line.getCommandSpec().qualifiedName()
                            + " --help' shows how");
            return ExitCode.USAGE;
        }
        terminal.say(String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage") + "; 'bin/"
                + line.getCommandSpec().qualifiedName() + " --help' shows how");
        return ExitCode.USAGE;
    }

    static boolean isCommand(String word) {
        return COMMANDS.containsKey(word) && !HIDDEN.contains(word);
    }

    static int noCommand(Terminal terminal, String typed) {
        String flag = typed.startsWith("-") ? SeedCommand.mistyped(typed) : null;
        if (flag != null) {
            terminal.say(flag);
            return ExitCode.USAGE;
        }
        String meant = EditDistance.closest(typed, COMMANDS.keySet().stream().filter(Revproc::isCommand).toList(),
                MAX_EDITS);
        terminal.say("there is no command '" + Style.safe(typed) + "'; "
                + (meant == null ? "" : DidYouMean.of(meant) + " ") + "'bin/revproc --help' shows all");
        return ExitCode.USAGE;
    }

    private static List<String> options(CommandLine line) {
        return line.getCommandSpec().options().stream().filter(option -> !option.hidden())
                .flatMap(option -> Stream.of(option.names())).toList();
    }

    private static int failure(Terminal terminal, Exception e, String command) {
        if (e instanceof CliException known) {
            terminal.say(known.sentence());
            return known.exitCode();
        }
        if (e instanceof InvalidPathException name) {
            terminal.say(FileProblem.of(name));
            return ExitCode.USAGE;
        }
        terminal.say(command + " failed unexpectedly: " + e.getClass().getSimpleName() + "; please report this");
        return ExitCode.REFUSED;
    }

    /** Without a command. */
    @Override
    public Integer call() {
        WholeWords.in(commandLine(terminal, Settings.NONE, "")).usage(terminal.err());
        return ExitCode.USAGE;
    }
}
