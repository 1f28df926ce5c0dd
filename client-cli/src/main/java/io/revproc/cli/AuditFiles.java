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

import io.revproc.record.Checkpoint;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.VerifyingKey;
import tools.jackson.core.JacksonException;

/** Reads what the commands on a delivery record are given. What can't be taken ends the command with a sentence. */
final class AuditFiles {
    private static final int MAX_BYTES = 16 * 1024 * 1024;

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

    List<VerifyingKey> keys(List<Path> files) {
        if (files.isEmpty()) {
            throw CliException.usage("--public-key FILE is missing; the proxy made it as keys/public-key.pem in the "
                    + "record's directory, and a copy elsewhere is the one to trust");
        }
        List<VerifyingKey> keys = new ArrayList<>();
        for (Path file : files) {
            try {
                keys.add(VerifyingKey.ofPem(text(file)));
            } catch (IllegalArgumentException e) {
                throw CliException.usage(file + " can't be used: " + e.getMessage());
            }
        }
        return keys;
    }

    List<Checkpoint> checkpoints(List<Path> files, List<VerifyingKey> keys) {
        List<Checkpoint> checkpoints = new ArrayList<>();
        for (Path file : files) {
            try {
                checkpoints.addAll(KeptCheckpoints.read(text(file), keys));
            } catch (IllegalArgumentException e) {
                throw CliException.usage(file + " can't be used: " + e.getMessage());
            }
        }
        return checkpoints;
    }

    /** The compact JWS. */
    String receipt(String text) {
        String found = text;
        if (text.equals("-")) {
            try {
                found = new String(terminal.in().readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw CliException.usage("can't read standard input: " + e.getMessage());
            }
        } else if (!text.startsWith("ey")) {
            try {
                found = text.startsWith("{") ? text : text(Path.of(text));
            } catch (InvalidPathException e) {
                throw CliException.usage("'" + Style.safe(text) + "' is neither a receipt nor a file");
            }
        }
        return found.strip().startsWith("{") ? ofAnswer(found) : found.strip();
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

    /** The keyed digest of a message. */
    String digest(Path message, Path key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(HexFormat.of().parseHex(text(key).strip()), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(message(message)));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw CliException.usage(key + " is not a key of 64 hexadecimal digits");
        }
    }

    private String text(Path file) {
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
            throw CliException.usage("can't read " + Style.safe(file.toString()) + ": " + e.getMessage());
        }
    }
}
