package io.revproc.spring;

/** A reply came, and is not of the type that was asked for. Its text holds nothing of the payload. */
public final class ReplyConversionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param why the end of the sentence; empty if nothing is known */
    ReplyConversionException(Class<?> type, String why) {
        super("the reply can't be read as " + type.getName() + why);
    }
}
