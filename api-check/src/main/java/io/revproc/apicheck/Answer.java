package io.revproc.apicheck;

import java.net.http.HttpHeaders;

/**
 * An answer of the admin API, and what was asked.
 *
 * @param path as it was sent, without the query
 * @param body empty for a stream of events: its events are judged one by one
 */
record Answer(String method, String path, int status, HttpHeaders headers, byte[] body) {
    /** Returns the media type without parameters, in lower case; empty if there is none. */
    String type() {
        return headers.firstValue("Content-Type").map(Answer::baseType).orElse("");
    }

    /** Returns a media type without its parameters, in lower case. */
    static String baseType(String type) {
        return type.replaceFirst(";.*", "").strip().toLowerCase(java.util.Locale.ROOT);
    }
}
