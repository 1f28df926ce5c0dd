package io.revproc.proxy.stats;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.proxy.events.Event;
import io.revproc.proxy.events.EventLog;
import io.revproc.proxy.events.EventQuery;
import io.revproc.proxy.store.CheckedFile;
import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Events and figures in one file, so that a restart keeps them. A file that can't be used is no reason not to start. Not thread-safe. */
final class HistoryFile {
    private static final Logger log = LoggerFactory.getLogger(HistoryFile.class);

    private final CheckedFile file;
    private final EventLog events;
    private final History history;
    private boolean failing;

    HistoryFile(Path path, EventLog events, History history) {
        this.file = new CheckedFile(path, "revproc-history-1");
        this.events = events;
        this.history = history;
    }

    /** Takes back what an earlier run wrote, as far as it is there. */
    void read() {
        try {
            CheckedFile.Content content = file.read();
            if (content != null) {
                DataInputStream in = new DataInputStream(new ByteArrayInputStream(content.body()));
                events.restore(events(in));
                history.read(in);
            }
        } catch (CheckedFile.DamagedException e) {
            unreadable(String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            unreadable(e.toString());
        }
    }

    private void unreadable(String why) {
        log.warn("event=history_unreadable file={} reason={}", LogValue.of(file.path().toString()), LogValue.of(why));
    }

    /** Replaces the file. */
    void write() {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            write(events.newest(EventQuery.ALL, EventLog.MAX_EVENTS), out);
            history.write(out);
            file.write(bytes.toByteArray());
            failing = false;
        } catch (IOException | RuntimeException e) {
            if (!failing) {
                log.warn("event=history_not_written file={} reason={}", LogValue.of(file.path().toString()),
                        LogValue.of(e.toString()));
            }
            failing = true;
        }
    }

    private static void write(List<Event> events, DataOutputStream out) throws IOException {
        out.writeInt(events.size());
        for (Event event : events) {
            out.writeLong(event.id());
            out.writeLong(event.first().toEpochMilli());
            out.writeLong(event.at().toEpochMilli());
            out.writeLong(event.count());
            out.writeUTF(event.level().name());
            out.writeUTF(event.name());
            out.writeInt(event.fields().size());
            for (Map.Entry<String, String> field : event.fields().entrySet()) {
                out.writeUTF(field.getKey());
                out.writeUTF(field.getValue());
            }
        }
    }

    private static List<Event> events(DataInputStream in) throws IOException {
        List<Event> events = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            long id = in.readLong();
            Instant first = Instant.ofEpochMilli(in.readLong());
            Instant at = Instant.ofEpochMilli(in.readLong());
            long times = in.readLong();
            Level level = Level.valueOf(in.readUTF());
            String name = in.readUTF();
            Map<String, String> fields = new LinkedHashMap<>();
            int pairs = in.readInt();
            for (int j = 0; j < pairs; j++) {
                fields.put(in.readUTF(), in.readUTF());
            }
            events.add(new Event(id, first, at, times, level, name, fields));
        }
        return events;
    }
}
