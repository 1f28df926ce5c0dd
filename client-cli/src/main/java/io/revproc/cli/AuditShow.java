package io.revproc.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

import io.revproc.record.ChainReader;
import io.revproc.record.DamageException;
import io.revproc.record.Entry;
import io.revproc.record.Salts;
import io.revproc.record.SegmentReader;
import io.revproc.record.Verification;
import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;

/** {@code audit show}. */
record AuditShow(Terminal terminal, boolean json) {
    /** After so many entries it looks whether anybody still reads what is printed. */
    private static final int LOOK_EVERY = 1_000;

    /**
     * Which entries; null: any.
     *
     * @param message finds a message; null: any
     */
    record Wanted(@Nullable String policy, @Nullable String serverId, @Nullable Instant since,
            @Nullable Instant until, @Nullable Message message) {
        boolean takes(Entry entry) {
            if (since != null && entry.time().isBefore(since) || until != null && entry.time().isAfter(until)) {
                return false;
            }
            boolean onlyDeliveries = policy != null || serverId != null || message != null;
            return entry instanceof Entry.Delivery delivery
                    ? (policy == null || policy.equals(delivery.policy()) || policy.equals(delivery.asked()))
                            && (serverId == null || serverId.equals(delivery.serverId()))
                            && (message == null || message.is(delivery))
                    : !onlyDeliveries && entry instanceof Entry.Event;
        }
    }

    /**
     * A message that is looked for.
     *
     * @param salts  of the proxy's digest key, for the log
     * @param bytes  of the message
     * @param hmac   of the message, for the earlier format
     */
    record Message(Salts salts, byte[] bytes, Entry.Digest hmac) {
        boolean is(Entry.Delivery delivery) {
            return delivery.size() == bytes.length
                    && (delivery.digest().equals(salts.hidden(delivery.nonce(), bytes))
                            || delivery.digest().equals(hmac));
        }
    }

    int run(Path directory, Wanted wanted) {
        return print(directory, wanted, entry -> json ? Json.write(fields(entry)) : line(entry));
    }

    /** Prints the entries in another form, without signatures. */
    int export(Path directory, Wanted wanted, AuditExport.Format format) {
        return print(directory, wanted, entry -> AuditExport.line(entry, format));
    }

    private int print(Path directory, Wanted wanted, Function<Entry, String> line) {
        return each(directory, entry -> {
            if (wanted.takes(entry)) {
                terminal.out().println(line.apply(entry));
            }
            return entry.sequence() % LOOK_EVERY != 0 || !terminal.isClosed();
        });
    }

    /**
     * Reads all entries, signatures included.
     *
     * @param taker says whether it wants more
     * @return whether all could be read, as an exit code
     */
    int each(Path directory, Predicate<Entry> taker) {
        try {
            List<Path> segments = Verification.segments(directory);
            if (segments.isEmpty()) {
                throw CliException.usage(directory + " is not a delivery record: it has no segment file");
            }
            int code = ExitCode.OK;
            for (Path segment : segments) {
                code = Math.max(code, each(terminal, segment, taker));
                if (terminal.isClosed()) {
                    break;
                }
            }
            return code;
        } catch (IOException e) {
            throw CliException.usage("can't read the record: " + e.getMessage());
        }
    }

    private static int each(Terminal terminal, Path segment, Predicate<Entry> taker) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(segment), 256 * 1024)) {
            if (Verification.isChain(segment)) {
                ChainReader reader = new ChainReader(in);
                Entry entry = reader.next();
                while (entry != null && taker.test(entry)) {
                    entry = reader.next();
                }
            } else {
                SegmentReader reader = new SegmentReader(in);
                Entry entry = reader.next();
                while (entry != null && taker.test(entry)) {
                    entry = reader.next();
                }
            }
            return ExitCode.OK;
        } catch (DamageException e) {
            terminal.say(segment.getFileName() + " is damaged from here on; 'bin/revproc audit verify' says more");
            return ExitCode.REFUSED;
        }
    }

    private static String line(Entry entry) {
        String start = shown(entry.time()) + "  " + entry.sequence() + "  ";
        return Style.safe(switch (entry) {
            case Entry.Delivery delivery -> start + delivery.policy() + "/" + delivery.serverId() + " at "
                    + HostPort.text(delivery.server()) + "  " + delivery.outcome() + "  " + delivery.size()
                    + " bytes in "
                    + Durations.show(delivery.duration().toNanos()) + " from " + HostPort.text(delivery.client())
                    + (delivery.asked() == null ? "" : "  asked for " + delivery.asked())
                    + "  digest " + delivery.digest().hex().substring(0, 16);
            case Entry.Event event -> start + event.action() + "  " + event.subject()
                    + (event.subject().isEmpty() ? "by " : " by ") + event.who()
                    + (event.detail().isEmpty() ? "" : ": " + event.detail());
            case Entry.Signed signed -> start + "checkpoint";
            case Entry.Checkpointed signed -> start + "checkpoint";
            case Entry.Seal seal -> start + "seal";
        });
    }

    /** Returns an entry for JSON. */
    static Map<String, Object> fields(Entry entry) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("sequence", entry.sequence());
        fields.put("time", entry.time().toString());
        switch (entry) {
            case Entry.Delivery delivery -> delivery(fields, delivery);
            case Entry.Event event -> {
                fields.put("action", event.action());
                fields.put("who", event.who());
                fields.put("subject", event.subject());
                fields.put("detail", event.detail());
            }
            case Entry.Checkpointed signed -> fields.put("note", signed.note().toString());
            case Entry.Signed signed -> fields.putAll(signed.checkpoint().fields());
            case Entry.Seal seal -> fields.put("seal", seal.mac().hex());
        }
        return fields;
    }

    private static void delivery(Map<String, Object> fields, Entry.Delivery delivery) {
        fields.put("policy", delivery.policy());
        if (delivery.grant() != null) {
            fields.put("grant", delivery.grant());
        }
        if (delivery.asked() != null) {
            fields.put("asked", delivery.asked());
        }
        fields.put("server", delivery.serverId());
        fields.put("address", HostPort.text(delivery.server()));
        fields.put("outcome", delivery.outcome().name());
        fields.put("micros", delivery.duration().toNanos() / 1_000);
        fields.put("client", HostPort.text(delivery.client()));
        fields.put("size", delivery.size());
        fields.put("digest", delivery.digest().hex());
        fields.put("receipt", delivery.receipt());
        if (delivery.clientCertificate() != null) {
            fields.put("clientCertificate", delivery.clientCertificate().hex());
        }
        if (delivery.serverCertificate() != null) {
            fields.put("serverCertificate", delivery.serverCertificate().hex());
        }
    }

    /** Returns a time as a person reads it: to the millisecond. */
    static String shown(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    /** A time, or how long ago. */
    static @Nullable Instant time(String option, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            Instant time = Instant.parse(text);
            // As it is shown of an entry: up to that entry means with it.
            boolean shown = (option.equals("--until") || option.equals("--to")) && text.matches(".*\\.\\d{3}Z");
            return shown ? time.plus(1, ChronoUnit.MILLIS).minusNanos(1) : time;
        } catch (DateTimeException notATime) {
            try {
                return Instant.now().minus(Durations.parse(text));
            } catch (IllegalArgumentException e) {
                throw CliException.usage(option + ": '" + Style.safe(text)
                        + "' is neither a time, 2026-11-24T18:00:00Z, nor how long ago, 30s, 10m or 2h");
            }
        }
    }
}
