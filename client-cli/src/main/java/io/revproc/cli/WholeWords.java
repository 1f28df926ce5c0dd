package io.revproc.cli;

import java.util.stream.Stream;

import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Help whose lines are broken at spaces alone, so that addresses, files and options can be copied from it. Elsewhere a line may end
 * after a dot, a slash or a hyphen: while lines are made, characters that are of no other use stand for those.
 */
final class WholeWords extends Help {
    private static final String BREAKS = "./:-?&=@,|%~";
    private static final char FIRST = '\ue000';

    private WholeWords(CommandSpec spec, ColorScheme scheme) {
        super(spec, scheme);
    }

    /** Has the command and those below it print such help. @return the command */
    static CommandLine in(CommandLine line) {
        line.setHelpFactory(WholeWords::new);
        line.getHelpSectionMap().replaceAll((key, section) -> shown(section));
        line.getSubcommands().values().forEach(WholeWords::in);
        return line;
    }

    private static IHelpSectionRenderer shown(IHelpSectionRenderer section) {
        return help -> {
            StringBuilder text = new StringBuilder(section.render(help));
            for (int i = 0; i < text.length(); i++) {
                int stood = text.charAt(i) - FIRST;
                if (stood >= 0 && stood < BREAKS.length()) {
                    text.setCharAt(i, BREAKS.charAt(stood));
                }
            }
            return text.toString();
        };
    }

    private static String[] whole(String... lines) {
        return Stream.of(lines).map(WholeWords::whole).toArray(String[]::new);
    }

    private static String whole(String line) {
        StringBuilder text = new StringBuilder(line);
        for (int i = 0; i + 1 < text.length(); i++) {
            int at = BREAKS.indexOf(text.charAt(i));
            if (at >= 0 && text.charAt(i + 1) != ' ') {
                text.setCharAt(i, (char) (FIRST + at));
            }
        }
        return text.toString();
    }

    @Override
    public String description(Object... params) {
        return joined(commandSpec().usageMessage().description(), params);
    }

    @Override
    public String footer(Object... params) {
        return joined(commandSpec().usageMessage().footer(), params);
    }

    private String joined(String[] lines, Object... params) {
        var usage = commandSpec().usageMessage();
        return join(ansi(), usage.width(), usage.adjustLineBreaksForWideCJKCharacters(), whole(lines),
                new StringBuilder(),
                params).toString();
    }

    @Override
    public IOptionRenderer createDefaultOptionRenderer() {
        IOptionRenderer renderer = super.createDefaultOptionRenderer();
        return (option, labels, scheme) -> renderer.render(
                OptionSpec.builder(option).names(option.names()).paramLabel(option.paramLabel())
                        .description(whole(option.description())).build(),
                labels, scheme);
    }

    @Override
    public IParameterRenderer createDefaultParameterRenderer() {
        IParameterRenderer renderer = super.createDefaultParameterRenderer();
        return (parameter, labels, scheme) -> renderer.render(
                PositionalParamSpec.builder(parameter).paramLabel(parameter.paramLabel())
                        .description(whole(parameter.description())).build(),
                labels, scheme);
    }
}
