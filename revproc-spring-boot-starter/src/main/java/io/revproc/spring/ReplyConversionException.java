package io.revproc.spring;

import tools.jackson.core.JacksonException;

/** A reply came, and is not of the type that was asked for. Its text holds nothing of the payload. */
public final class ReplyConversionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReplyConversionException(Class<?> type, JacksonException reason) {
        super("the reply can't be read as " + type.getName() + Unreadable.place(reason));
    }
}
