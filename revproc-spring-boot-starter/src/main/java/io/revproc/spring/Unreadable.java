package io.revproc.spring;

import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;

/** Describes where in a payload a mapper gave up, without the content, which is private. */
final class Unreadable {
    private Unreadable() {}

    static String place(JacksonException reason) {
        TokenStreamLocation at = reason.getLocation();
        return at == null || at.getLineNr() < 1 || at.getColumnNr() < 1
                ? ""
                : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    }
}
