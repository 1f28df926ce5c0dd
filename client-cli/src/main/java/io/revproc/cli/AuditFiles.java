package io.revproc.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.revproc.record.ChainCheckpoint;
import io.revproc.record.Checkpoint;
import io.revproc.record.Entry.Digest;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.Salts;
import io.revproc.record.SigningKey;
import io.revproc.record.VerifyingKey;
import io.revproc.record.tlog.NoteKey;
import io.revproc.wire.FileProblem;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Reads what the commands on a delivery record are given. What can't be taken ends the command with a sentence. */
final class AuditFiles {
    private static final int MAX_BYTES = 16 * 1024 * 1024;

    /**
     * A key of a log.
     *
     * @param named with the log's name, if that was given
     */
    record LogKey(VerifyingKey key, @Nullable NoteKey named) {}

    private final Terminal terminal;

    AuditFiles(Terminal terminal) {
        this.terminal = terminal;
    }

    Path directory(String text) {
        Path path;
        try {
            path = terminal.directory().resolve(text);
        } catch (InvalidPathException e) {
            throw CliException.usage("'" + Style.safe(text) + "' is not a directory's name");
        }
        if (!Files.isDirectory(path)) {
            throw CliException.usage("there is no directory " + Style.safe(text)
                    + "; a proxy on port 8123 keeps its record in data/audit-8123 of the proxy's working directory");
        }
        return path;
    }

    /** Keys of logs: {@code public-key.pem}, {@code log.vkey}, or a verifier key as it is. */
    List<LogKey> keys(List<String> texts) {
        if (texts.isEmpty()) {
            throw CliException.usage("--public-key KEY is missing; the proxy made it as keys/public-key.pem in the "
                    + "record's directory, and a copy elsewhere is the one to trust");
        }
        return texts.stream().map(this::key).toList();
    }

    private LogKey key(String given) {
        boolean isKey = given.indexOf('+') > 0 && !Files.exists(terminal.directory().resolve(path(given)));
        try {
            String text = isKey ? given : text(path(given)).strip();
            if (text.startsWith("-----")) {
                return new LogKey(VerifyingKey.ofPem(text), null);
            }
            NoteKey key = NoteKey.parse(text);
            return new LogKey(VerifyingKey.of(key), key);
        } catch (IllegalArgumentException e) {
            throw CliException.usage(Style.safe(given) + " can't be used: " + e.getMessage());
        }
    }

    /** Keys of witnesses. */
    List<NoteKey> witnesses(List<String> texts) {
        return texts.stream().map(given -> {
            LogKey key = key(given);
            if (key.named() == null || key.named().type() != NoteKey.Type.COSIGNATURE) {
                throw CliException.usage(Style.safe(given) + " is not the verifier key of a witness");
            }
            return key.named();
        }).toList();
    }

    KeptCheckpoints checkpoints(List<Path> files, List<LogKey> keys) {
        List<Checkpoint> log = new ArrayList<>();
        List<ChainCheckpoint> chain = new ArrayList<>();
        for (Path file : files) {
            try {
                KeptCheckpoints kept = KeptCheckpoints.read(text(file), keys.stream().map(LogKey::key).toList());
                log.addAll(kept.log());
                chain.addAll(kept.chain());
            } catch (IllegalArgumentException e) {
                throw CliException.usage(file + " can't be used: " + e.getMessage());
            }
        }
        return new KeptCheckpoints(log, chain);
    }

    /** A checkpoint of the log: a file with one. */
    Checkpoint checkpoint(String file, List<LogKey> keys) {
        List<Checkpoint> log = checkpoints(List.of(path(file)), keys).log();
        if (log.size() != 1) {
            throw CliException.usage(Style.safe(file) + " holds " + log.size() + " checkpoints of a log, and not one");
        }
        return log.getFirst();
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw CliException.usage("'" + Style.safe(text) + "' is not a file");
        }
    }

    /** A receipt's text: a proof, or in the earlier format a compact JWS. */
    String receipt(String text) {
        String found = text;
        if (text.equals("-")) {
            try {
                found = new String(terminal.in().readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw CliException.usage("can't read standard input: " + FileProblem.of(e));
            }
        } else if (!text.startsWith("ey") && !text.startsWith("c2sp.org/")) {
            try {
                found = text.startsWith("{") ? text : text(Path.of(text));
            } catch (InvalidPathException e) {
                throw CliException.usage("'" + Style.safe(text) + "' is neither a receipt nor a file");
            }
        }
        return found.strip().startsWith("{") ? ofAnswer(found) : found;
    }

    private static String ofAnswer(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        try {
            if (Json.object(Json.read(bytes, 0, bytes.length)).get("receipt") instanceof String receipt) {
                return receipt;
            }
        } catch (JacksonException e) {
            // said below
        }
        throw CliException.usage("there is no receipt in this answer; ask for one with bin/revproc send --receipt");
    }

    /** A message as it was sent: from its first brace to its last. */
    byte[] message(Path file) {
        byte[] bytes = read(file);
        int from = 0;
        int to = bytes.length;
        while (from < to && bytes[from] <= ' ' && bytes[from] >= 0) {
            from++;
        }
        while (to > from && bytes[to - 1] <= ' ' && bytes[to - 1] >= 0) {
            to--;
        }
        return Arrays.copyOfRange(bytes, from, to);
    }

    /** Finds the deliveries of a message in a record. */
    AuditShow.Message message(Path message, Path key) {
        byte[] bytes = message(message);
        try {
            SecretKeySpec digestKey = new SecretKeySpec(HexFormat.of().parseHex(text(key).strip()), "HmacSHA256");
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(digestKey);
            return new AuditShow.Message(new Salts(digestKey), bytes, new Digest(mac.doFinal(bytes)));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw CliException.usage(key + " is not a key of 64 hexadecimal digits");
        }
    }

    /** The key pair of a directory. */
    SigningKey signingKey(Path directory) {
        try {
            return SigningKey.ofPem(text(directory.resolve("signing-key.pem")),
                    VerifyingKey.ofPem(text(directory.resolve("public-key.pem"))));
        } catch (IllegalArgumentException e) {
            throw CliException
                    .usage(Style.safe(directory.toString()) + " holds no key to sign with: " + e.getMessage());
        }
    }

    void write(Path file, String text) {
        try {
            Files.writeString(terminal.directory().resolve(file), text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw CliException.usage("can't write " + Style.safe(file.toString()) + ": " + FileProblem.of(e));
        }
    }

    String text(Path file) {
        return new String(read(file), StandardCharsets.UTF_8);
    }

    private byte[] read(Path file) {
        Path path = terminal.directory().resolve(file);
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw CliException.usage(file + " is too large for this");
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw CliException.usage("there is no file " + Style.safe(file.toString()));
        } catch (IOException e) {
            throw CliException.usage("can't read " + Style.safe(file.toString()) + ": " + FileProblem.of(e));
        }
    }
}
