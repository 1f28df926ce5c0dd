package io.revproc.proxy.policy;

import java.util.List;
import java.util.regex.Pattern;

/** Names of regions and purposes in the rules: {@code DE}, {@code eu-west}, {@code care}. They are compared character by character. */
final class Label {
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/:-]{0,63}");

    private Label() {}

    /**
     * Returns the labels.
     *
     * @param what names the setting for a person
     * @throws IllegalArgumentException if one is no label; its sentence says what to write
     */
    static List<String> all(String what, List<String> labels) {
        for (String label : labels) {
            one(what, label);
        }
        return List.copyOf(labels);
    }

    static String one(String what, String label) {
        if (label.equals("false") || label.equals("true")) {
            throw new IllegalArgumentException(what + ": '" + label
                    + "' is how YAML reads a bare NO, ON or YES; write it in quotes, \"NO\"");
        }
        if (!LABEL.matcher(label).matches()) {
            throw new IllegalArgumentException(what + ": '" + label
                    + "' is not a label; write 1 to 64 letters, digits and . _ / : -, as DE or eu-west");
        }
        return label;
    }
}
