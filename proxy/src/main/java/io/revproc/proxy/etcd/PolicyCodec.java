package io.revproc.proxy.etcd;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Puts versions of the policies into etcd's values and back. Other programs may write to etcd as well: what they write is refused, or is what it says. */
final class PolicyCodec {
    /** etcd takes 1.5 MiB in one request, and all its keys and values are in that. */
    static final int MAX_COMPRESSED = 1_300_000;
    /** As large as a policy file may be. */
    static final int MAX_TEXT = 16 << 20;

    private final JsonMapper json = JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * The value of the key that says what is in force.
     *
     * @param former those before it, newest first
     */
    record Head(PolicyVersion current, List<PolicyVersion> former) {
        Head {
            Objects.requireNonNull(current);
            former = List.copyOf(former);
        }
    }

    byte[] bytes(Head head) {
        return json.writeValueAsBytes(head);
    }

    /** @throws IllegalArgumentException if it can't be read; the sentence is for a person */
    Head head(byte[] value) {
        try {
            return json.readValue(value, Head.class);
        } catch (JacksonException | NullPointerException e) {
            throw new IllegalArgumentException("etcd's key of the policies' version can't be read", e);
        }
    }

    static byte[] compressed(byte[] text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** @throws IllegalArgumentException if it can't be read, or is too large; the sentence is for a person */
    static byte[] text(byte @Nullable [] compressed) {
        if (compressed == null) {
            throw new IllegalArgumentException("etcd has no text of this version");
        }
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            byte[] text = gzip.readNBytes(MAX_TEXT + 1);
            if (text.length > MAX_TEXT) {
                throw new IllegalArgumentException("its text has more than 16 MB");
            }
            return text;
        } catch (IOException e) {
            throw new IllegalArgumentException("its text can't be read", e);
        }
    }
}
