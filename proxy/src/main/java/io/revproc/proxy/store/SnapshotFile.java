package io.revproc.proxy.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import io.revproc.proxy.store.CheckedFile.DamagedException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The content of the snapshot file, as JSON. Not thread-safe.
 */
final class SnapshotFile {
    private static final String FORMAT = "revproc-routes-2";
    /** The form of proxies that did not remember policies: only the entries. */
    private static final String OLDER_FORMAT = "revproc-routes-1";
    /** The content of the file. */
    record Content(List<StoredEntry> servers, List<StoredPolicy> policies) {
        static final Content NONE = new Content(List.of(), List.of());

        Content {
            servers = List.copyOf(servers);
            policies = List.copyOf(policies);
        }
    }

    private final CheckedFile file;
    private final JsonMapper json = JsonMapper.builder().build();

    SnapshotFile(Path path) {
        this.file = new CheckedFile(path, FORMAT, OLDER_FORMAT);
    }

    Path path() {
        return file.path();
    }

    byte[] body(Content content) {
        return json.writeValueAsBytes(content);
    }

    /**
     * Returns what the file holds; nothing if there is no file.
     *
     * @throws DamagedException if there is one and it is not whole
     * @throws IOException      if it can't be read
     */
    Content read() throws IOException, DamagedException {
        CheckedFile.Content read = file.read();
        if (read == null) {
            return Content.NONE;
        }
        try {
            return read.format().equals(FORMAT)
                    ? json.readValue(read.body(), Content.class)
                    : new Content(List.of(json.readValue(read.body(), StoredEntry[].class)), List.of());
        } catch (JacksonException | NullPointerException e) {
            throw new DamagedException("its entries can't be read");
        }
    }

    /** Throws if the file can't be written. */
    void probe() throws IOException {
        file.probe();
    }

    /** Replaces the file's content; it is on the disk when this returns. */
    void write(byte[] body) throws IOException {
        file.write(body);
    }

    /** Puts a damaged file out of the way, where somebody may look at it. */
    Path setAside() throws IOException {
        return file.setAside();
    }

    static String checksum(byte[] body) {
        return CheckedFile.checksum(body);
    }
}
