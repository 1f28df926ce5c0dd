package io.revproc.start;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** The settings as {@code --help} and {@code --help-all} print them. */
public final class SettingsHelp {
    private static final int WIDTH = 100;
    private static final String MARGIN = "      ";

    private SettingsHelp() {}

    /** Returns whether the command line asks for help, of either kind. */
    public static boolean asked(String[] args) {
        return asks(args, "--help", "-help", "-h") || asksForAll(args);
    }

    /** Returns whether it asks for all settings. */
    public static boolean asksForAll(String[] args) {
        return asks(args, "--help-all", "-help-all");
    }

    /** Returns whether one of the arguments is one of these words. */
    public static boolean asks(String[] args, String... words) {
        return List.of(args).stream().anyMatch(List.of(words)::contains);
    }

    /** Returns the settings with their defaults, one paragraph each: all, or those for every day and a line that says how all are seen. */
    public static String text(SettingsCatalogue catalogue, boolean all) {
        StringBuilder help = new StringBuilder();
        catalogue.settings().stream().filter(setting -> all || catalogue.isEveryday(setting)).forEach(setting -> {
            help.append("  ").append(setting.name());
            if (setting.defaultValue() != null) {
                help.append(" (").append(setting.defaultValue()).append(')');
            }
            help.append('\n').append(wrapped(setting.description()));
        });
        return all
                ? help.toString()
                : help.append("\nThese are the settings for every day; --help-all shows all of them.\n").toString();
    }

    private static String wrapped(@Nullable String description) {
        if (description == null || description.isBlank()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        int column = 0;
        for (String word : description.replaceAll("\\{@\\w+ ([^}]*)}", "$1").strip().split("\\s+")) {
            if (column == 0 || column + word.length() > WIDTH) {
                text.append(column == 0 ? MARGIN : "\n" + MARGIN);
                column = MARGIN.length();
            } else {
                text.append(' ');
                column++;
            }
            text.append(word);
            column += word.length();
        }
        return text.append('\n').toString();
    }
}
