package io.revproc.admin;

import java.util.List;

import io.revproc.proxy.audit.Audit;
import io.revproc.proxy.audit.AuditLog;
import io.revproc.record.Checkpoint;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The delivery record over HTTP: what shows later whether it was tampered with. Never its entries. */
@RestController
@RequestMapping("/admin/audit")
@Tag(name = "Delivery record", description = "Which server got what under which policy")
final class AuditController {
    private final Audit audit;

    AuditController(Audit audit) {
        this.audit = audit;
    }

    /**
     * What is kept outside.
     *
     * @param publicKey   in PEM
     * @param checkpoints the newest 100, oldest first
     */
    record CheckpointsView(String publicKey, AuditLog.Status status, List<CheckpointView> checkpoints) {}

    /**
     * A signature over all entries before this one.
     *
     * @param hash      the chain's before it, hexadecimal
     * @param keyId     SHA-256 of the public key, hexadecimal
     * @param signature Ed25519, base64url
     */
    record CheckpointView(long segment, long sequence, String time, String hash, String keyId, String signature) {
        static CheckpointView of(Checkpoint checkpoint) {
            return new CheckpointView(checkpoint.segment(), checkpoint.sequence(), checkpoint.time().toString(),
                    checkpoint.hash().hex(), checkpoint.keyId().hex(), checkpoint.signatureText());
        }
    }

    @GetMapping(path = "/checkpoints", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "The newest signed checkpoints of the delivery record", description = "Kept outside, they show later whether the record was rewritten or cut: "
            + "bin/revproc audit verify DIR --public-key FILE --checkpoint THIS-ANSWER")
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "404", description = "No record is kept", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    CheckpointsView checkpoints() {
        AuditLog log = audit.log().orElseThrow(() -> new NoSuchRouteException(
                "No delivery record is kept; revproc.audit.enabled and revproc.audit.directory say where one is"));
        return new CheckpointsView(log.publicKey().pem(), log.status(),
                log.checkpoints().stream().map(CheckpointView::of).toList());
    }
}
