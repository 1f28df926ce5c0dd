package io.revproc.wire;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;

/** Says why a file can't be read or written: in the same words everywhere. */
public final class FileProblem {
    private FileProblem() {}

    /** Returns the reason, a clause for a person. Java's own messages are often the file's name alone, or nothing. */
    public static String of(IOException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "permission denied";
            case CharacterCodingException _ -> "it is not UTF-8 text";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            default -> failure.getMessage() == null ? "it is damaged, or the disk is" : failure.getMessage();
        };
    }

    /** Returns what is wrong with a text that can't be a file's name, a sentence for a person. */
    public static String of(InvalidPathException failure) {
        return "'" + failure.getInput() + "' can't be a file's name here (" + failure.getReason() + ")";
    }
}
