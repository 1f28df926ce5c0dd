package io.revproc.proxy.audit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.revproc.record.Checkpoint;
import io.revproc.record.tlog.AddCheckpoint;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.Proofs;
import io.revproc.record.tlog.TileNodes;
import org.jspecify.annotations.Nullable;

/** Asks one witness for cosignatures, by C2SP tlog-witness. Blocks; for one thread at a time. */
final class WitnessClient {
    private static final Duration ANSWER = Duration.ofSeconds(5);
    /** Of a request: the first may only ask for the size that the witness cosigned last. */
    private static final int ATTEMPTS = 3;

    /** What a witness said. */
    sealed interface Answer {
        /** The witness cosigned. */
        record Cosigned(Note.Signed signature) implements Answer {}

        /** The witness has cosigned a log of which this one is not a continuation. */
        record Contradicted(String reason) implements Answer {}

        /** The witness did not answer, or gave an invalid answer. */
        record Failed(String reason) implements Answer {}
    }

    private final NoteKey key;
    private final URI url;
    private final HttpClient http;
    private final TileNodes.TileSource tiles;
    /** What the witness cosigned last, as far as it is known. */
    private long cosigned;

    /** @param tiles of the log, for the proofs */
    WitnessClient(AuditSettings.Witness witness, HttpClient http, TileNodes.TileSource tiles) {
        this.key = witness.key();
        this.url = URI.create(witness.url().toString().replaceFirst("/+$", "") + AddCheckpoint.PATH);
        this.http = http;
        this.tiles = tiles;
    }

    /** Asks for a cosignature. */
    Answer ask(Checkpoint checkpoint) {
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Answer answer = askOnce(checkpoint);
                if (answer != null) {
                    return answer;
                }
            }
            return new Answer.Failed("it names another size each time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Failed("interrupted");
        } catch (IOException | RuntimeException e) {
            return new Answer.Failed(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
    }

    /** Returns null where it has to be asked again, from another size. */
    private @Nullable Answer askOnce(Checkpoint checkpoint) throws IOException, InterruptedException {
        if (cosigned > checkpoint.size()) {
            long ahead = cosigned;
            // asked for anew the next time: the witness may have been set up anew as well
            cosigned = 0;
            return new Answer.Contradicted("it cosigned " + ahead + " entries, and the log has " + checkpoint.size());
        }
        AddCheckpoint request = new AddCheckpoint(cosigned,
                Proofs.consistency(new TileNodes(tiles, checkpoint.size()), cosigned, checkpoint.size()),
                checkpoint.note());
        HttpResponse<byte[]> answer = http.send(
                HttpRequest.newBuilder(url).timeout(ANSWER)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(request.bytes())).build(),
                HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), Note.MAX_BYTES));
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        switch (answer.statusCode()) {
            case 200 -> {
                Note.Signed signature = request.cosignature(body, key);
                cosigned = checkpoint.size();
                return new Answer.Cosigned(signature);
            }
            case 409 -> {
                long size = AddCheckpoint.size(body);
                if (size == request.old()) {
                    return new Answer.Contradicted("it cosigned another tree of " + size + " entries");
                }
                cosigned = size;
                return null;
            }
            case 422 -> {
                return new Answer.Contradicted(
                        "the log does not go on from the " + request.old() + " entries that it cosigned");
            }
            default -> {
                return new Answer.Failed("the answer was " + answer.statusCode());
            }
        }
    }
}
