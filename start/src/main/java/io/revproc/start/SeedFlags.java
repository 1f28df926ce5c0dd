package io.revproc.start;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.revproc.wire.DidYouMean;
import io.revproc.wire.EditDistance;
import org.jspecify.annotations.Nullable;

/**
 * The seed's command line, such as {@code -port 8080}, put into the words of the settings.
 *
 * @param settings the setting that each flag stands for
 * @param adding   those settings whose values add up where they come twice; of the others the last one counts
 */
public record SeedFlags(Map<String, String> settings, Set<String> adding) {
    /** Shorter flags have to be nearer to be meant. */
    private static final int SHORT = 4;

    /** Returns the arguments with the seed's flags as {@code --key=value}, behind the others, which stay as they are. */
    public String[] translate(String[] args) throws UsageException {
        List<String> others = new ArrayList<>();
        Map<String, String> found = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            int equals = arg.indexOf('=');
            String name = equals < 0 ? arg : arg.substring(0, equals);
            String setting = setting(name);
            if (!arg.startsWith("-")) {
                throw UsageException.unreadable("'" + arg + "' is not a flag");
            } else if (setting == null && !arg.startsWith("--")) {
                String meant = meant(name);
                throw UsageException.unreadable(
                        "the flag '" + name + "' is unknown" + (meant == null ? "" : "; " + DidYouMean.of(meant)));
            } else if (setting == null) {
                check(name, equals < 0);
                others.add(arg);
            } else if (equals < 0 && (i + 1 == args.length || args[i + 1].startsWith("-"))) {
                throw UsageException.unreadable("the flag '" + arg + "' needs a value");
            } else {
                String value = equals < 0 ? args[++i] : arg.substring(equals + 1);
                found.merge(setting, value, (before, after) -> adding.contains(setting) ? before + "," + after : after);
            }
        }
        found.forEach((setting, value) -> others.add("--" + setting + "=" + value));
        return others.toArray(String[]::new);
    }

    /** Whether this is a setting with a value; the framework would take a half typed one for an empty one, and a misspelt one for none. */
    private static void check(String name, boolean bare) throws UsageException {
        if (name.equals("--") || name.startsWith("---")) {
            throw UsageException.unreadable("'" + name + "' is not a flag");
        }
        String problem = FrameworkOptions.problem(name.substring(2));
        if (problem != null) {
            throw UsageException.noSetting(problem);
        }
        if (bare && name.indexOf('.') >= 0) {
            throw UsageException.unreadable("the setting '" + name + "' needs a value: " + name + "=VALUE");
        }
    }

    /** The flag that a mistyped one was probably meant to be; null if that can't be said. */
    private @Nullable String meant(String flag) {
        String bare = flag.replaceFirst("^-", "").toLowerCase(Locale.ROOT);
        String meant = EditDistance.closest(bare, new TreeSet<>(settings.keySet()), bare.length() < SHORT ? 1 : 2);
        return meant == null ? null : "-" + meant;
    }

    /** The setting that a flag stands for, in the seed's words or in full; null for everything else. */
    private @Nullable String setting(String flag) {
        String bare = flag.replaceFirst("^--?", "");
        return settings.containsValue(bare) ? bare : settings.get(bare);
    }
}
