package io.revproc.admin;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.revproc.proxy.audit.Audit;
import io.revproc.proxy.audit.AuditLog;
import io.revproc.record.Checkpoint;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.extensions.Extension;
import io.swagger.v3.oas.annotations.extensions.ExtensionProperty;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The delivery record over HTTP: what shows later whether it was tampered with, and the record as a transparency log. */
@RestController
@RequestMapping("/admin/audit")
@Tag(name = "Delivery record", description = "Which server got what under which policy")
final class AuditController {
    private static final String NOTE = "text/plain;charset=utf-8";
    private static final int MAX_BYTES = 64 * 1024 * 1024;

    private final Audit audit;

    AuditController(Audit audit) {
        this.audit = audit;
    }

    /**
     * A checkpoint for keeping outside.
     *
     * @param publicKey   in PEM
     * @param verifierKey the same with the log's name, as verifiers of C2SP notes take it
     * @param checkpoints the newest 100, oldest first
     */
    record CheckpointsView(String publicKey, String verifierKey, AuditLog.Status status,
            List<CheckpointView> checkpoints) {}

    /**
     * A signature over all entries before this one.
     *
     * @param size how many those are
     * @param note a checkpoint of C2SP tlog-checkpoint
     */
    record CheckpointView(long segment, long size, String time, String note) {
        static CheckpointView of(Checkpoint checkpoint) {
            return new CheckpointView(checkpoint.segment(), checkpoint.size(), checkpoint.time().toString(),
                    checkpoint.note().toString());
        }
    }

    @GetMapping(path = "/checkpoints", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "The newest signed checkpoints of the delivery record", description = "Checkpoints that are kept outside show later whether the record was rewritten or cut: "
            + "bin/revproc audit verify DIR --public-key FILE --checkpoint THIS-ANSWER")
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "404", description = "No record is kept", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    CheckpointsView checkpoints() {
        AuditLog log = log();
        return new CheckpointsView(log.publicKey().pem(), log.logKey().text(), log.status(),
                log.checkpoints().stream().map(CheckpointView::of).toList());
    }

    private AuditLog log() {
        return audit.log().orElseThrow(() -> new NoSuchRouteException(
                "No delivery record is kept; revproc.audit.enabled and revproc.audit.directory say where one is"));
    }

    @GetMapping(path = "/tlog/checkpoint", produces = NOTE)
    @Operation(summary = "The newest checkpoint of the record as a transparency log", description = "C2SP tlog-tiles: a signed note")
    @ApiResponse(responseCode = "200", content = @Content(mediaType = NOTE, schema = @Schema(type = "string")))
    @ApiResponse(responseCode = "404", description = "No record is kept", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    ResponseEntity<byte[]> checkpoint() {
        Checkpoint newest = log().shownCheckpoint();
        if (newest == null) {
            throw new NoSuchRouteException("The record has no checkpoint yet");
        }
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(newest.note().bytes());
    }

    @GetMapping(path = "/tlog/tile/{*path}", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @Operation(summary = "A tile of the record's tree, or a bundle of its entries", description = "C2SP tlog-tiles: LEVEL/N, entries/N, and .p/W for the last ones. Entries hold no message, but say who sent to which server")
    @ApiResponse(responseCode = "200", content = @Content(mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE, schema = @Schema(type = "string", format = "binary")))
    @ApiResponse(responseCode = "404", description = "There is no such tile", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    ResponseEntity<byte[]> tile(
            @Parameter(description = "LEVEL/N, LEVEL/N.p/W, entries/N or entries/N.p/W, where N may have several parts", extensions = @Extension(properties = @ExtensionProperty(name = "x-several-segments", value = "true", parseValue = true))) @PathVariable String path)
            throws IOException {
        byte[] tile = log().tile("tile" + path);
        if (tile == null) {
            throw new NoSuchRouteException(
                    "There is no such tile: the newest checkpoint does not cover it, or its entries were removed");
        }
        return ResponseEntity.ok().cacheControl(CacheControl.maxAge(Duration.ofDays(1)).cachePrivate().immutable())
                .body(tile);
    }

    @PostMapping(path = "/receipt", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE, produces = NOTE)
    @Operation(summary = "The receipt of a message that was delivered earlier", description = "The body is the message, from its first brace to its last; the proxy does not keep it. The receipt is a C2SP tlog-proof. Of several deliveries of the same bytes it is the newest one's", requestBody = @RequestBody(required = true, content = @Content(mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE, schema = @Schema(type = "string", format = "binary"))))
    @ApiResponse(responseCode = "200", content = @Content(mediaType = NOTE, schema = @Schema(type = "string")))
    @ApiResponse(responseCode = "404", description = "The record holds no such delivery, or no checkpoint covers it yet", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    ResponseEntity<byte[]> receipt(InputStream body, @RequestParam(required = false) @Nullable Instant since)
            throws IOException {
        AuditLog log = log();
        byte[] message = body.readNBytes(MAX_BYTES + 1);
        if (message.length > MAX_BYTES) {
            throw new ResponseStatusException(HttpStatus.CONTENT_TOO_LARGE,
                    "The message is larger than any that the proxy takes; send the bytes of one message");
        }
        byte[] receipt;
        try {
            receipt = log.receipt(message, since == null ? Instant.now().minus(Duration.ofDays(1)) : since);
        } catch (IllegalStateException e) {
            throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE,
                    "Another receipt is being looked for; try again in a moment", e);
        }
        if (receipt == null) {
            throw new NoSuchRouteException(
                    "The record holds no answered delivery of this message since then, or no checkpoint covers it yet; name an earlier time with since, or try again in a second");
        }
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(receipt);
    }
}
