package io.revproc.cli;

/** Colours for a terminal; nothing at all elsewhere. */
record Style(boolean on) {
    private static final String RESET = "\u001b[0m";

    String good(String text) {
        return paint("\u001b[32m", text);
    }

    String bad(String text) {
        return paint("\u001b[31m", text);
    }

    String warn(String text) {
        return paint("\u001b[33m", text);
    }

    String dim(String text) {
        return paint("\u001b[2m", text);
    }

    String bold(String text) {
        return paint("\u001b[1m", text);
    }

    private String paint(String code, String text) {
        return on && !text.isEmpty() ? code + text + RESET : text;
    }

    /** Text that came over the network, without the control characters that could steer a terminal. */
    static String safe(String text) {
        boolean clean = text.chars().noneMatch(Character::isISOControl);
        return clean ? text : text.replaceAll("\\p{Cntrl}|[\u0080-\u009f]", "?");
    }
}
