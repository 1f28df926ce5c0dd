package io.revproc.wire;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One whole message, read by {@link MessageScanner}, and the values of its {@link Field}s. Says in one sentence, which names the
 * field, what is wrong. Not thread-safe.
 */
final class JsonObject {
    private final byte[] bytes;
    private final MessageScanner scanner = new MessageScanner();
    private final MessageFields fields = scanner.fields();

    private JsonObject(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Reads a whole message; nothing but white space may surround its object. */
    static JsonObject parse(byte[] bytes, int from, int to) throws WireException {
        JsonObject object = new JsonObject(bytes);
        int start = skipSpace(bytes, from, to);
        int end = object.scanner.scan(bytes, start, to);
        if (end == MessageScanner.INVALID) {
            throw bad(object.scanner.reason());
        }
        if (end == MessageScanner.INCOMPLETE) {
            throw bad(start == to
                    ? "A message is a JSON object in curly brackets."
                    : "The message ends before its closing bracket.");
        }
        if (skipSpace(bytes, end, to) != to) {
            throw bad("Something follows the message's closing bracket: send one object at a time.");
        }
        return object;
    }

    private static int skipSpace(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && MessageScanner.isSpace(bytes[at])) {
            at++;
        }
        return at;
    }

    static WireException bad(String sentence) {
        return new WireException(ErrorCode.BAD_MESSAGE, sentence);
    }

    boolean has(Field field) {
        return fields.has(field);
    }

    private boolean absentOrNull(Field field) {
        return !has(field) || fields.kind(field) == Json.NULL;
    }

    /** Returns what is wrong if the field is missing or does not fit. Fields that are checked everywhere fit by now. */
    private void require(Field field) throws WireException {
        if (!has(field)) {
            throw bad(field.missing);
        }
        if (!field.everywhere()
                && !field.fits(bytes, fields.start(field), fields.end(field), fields.kind(field))) {
            throw bad(field.wrong);
        }
    }

    private boolean quoted(Field field) {
        return fields.isText(field);
    }

    private String text(Field field) {
        int quote = quoted(field) ? 1 : 0;
        return scanner.text(fields.start(field) + quote, fields.end(field) - quote);
    }

    /** An id or a policy: a whole number, or a string. */
    Ident ident(Field field) throws WireException {
        require(field);
        return new Ident(text(field), quoted(field));
    }

    @Nullable
    Ident identOrNull(Field field) throws WireException {
        return absentOrNull(field) ? null : ident(field);
    }

    /** A whole number, or a string of one where the field may be that. */
    int number(Field field) throws WireException {
        require(field);
        int quote = quoted(field) ? 1 : 0;
        return (int) Json.whole(bytes, fields.start(field) + quote, fields.end(field) - quote);
    }

    int number(Field field, int otherwise) throws WireException {
        return has(field) ? number(field) : otherwise;
    }

    boolean flag(Field field) throws WireException {
        if (!has(field)) {
            return false;
        }
        require(field);
        return fields.kind(field) == Json.TRUE;
    }

    String string(Field field) throws WireException {
        require(field);
        return text(field);
    }

    /** A string; null if the field is missing or no string, where it may be that. */
    @Nullable
    String stringOrNull(Field field) throws WireException {
        return quoted(field) ? string(field) : null;
    }

    /** A list of strings; empty if the field is missing or null. */
    List<String> texts(Field field) throws WireException {
        if (absentOrNull(field)) {
            return List.of();
        }
        require(field);
        List<String> texts = JsonTexts.read(bytes, fields.start(field), fields.end(field));
        return texts == null ? List.of() : List.copyOf(texts);
    }
}
