package io.revproc.record.tlog;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The text of the note of a checkpoint (C2SP tlog-checkpoint).
 *
 * @param origin     names the log
 * @param size       leaves
 * @param root       hash of the tree over them
 * @param extensions further lines, which say nothing here; usually none
 */
public record TreeHead(String origin, long size, byte[] root, List<String> extensions) {
    public TreeHead {
        if (origin.isEmpty() || origin.contains("\n") || size < 0 || root.length != TreeHasher.LENGTH
                || extensions.stream().anyMatch(line -> line.isEmpty() || line.contains("\n"))) {
            throw new IllegalArgumentException("it is not a checkpoint");
        }
        extensions = List.copyOf(extensions);
    }

    public TreeHead(String origin, long size, byte[] root) {
        this(origin, size, root, List.of());
    }

    /** @throws IllegalArgumentException if the text of a note is not a checkpoint's */
    public static TreeHead parse(String text) {
        String[] lines = text.split("\n", -1);
        if (lines.length < 4 || !lines[lines.length - 1].isEmpty()) {
            throw new IllegalArgumentException("it is not a checkpoint");
        }
        try {
            return new TreeHead(lines[0], Texts.number(lines[1]), Texts.hash(lines[2]),
                    List.of(lines).subList(3, lines.length - 1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("it is not a checkpoint", e);
        }
    }

    /** Returns the text that is signed. */
    public String text() {
        StringBuilder text = new StringBuilder(origin).append('\n').append(size).append('\n').append(Texts.base64(root))
                .append('\n');
        extensions.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TreeHead that && text().equals(that.text());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(root);
    }
}
