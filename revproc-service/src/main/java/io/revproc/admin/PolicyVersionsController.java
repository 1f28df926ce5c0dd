package io.revproc.admin;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.revproc.proxy.policy.PolicyChange;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.stats.History;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The shared policies and grants over HTTP: their versions, a new one, and what it would do. */
@RestController
@RequestMapping("/admin/policy-versions")
@Tag(name = "Policies", description = "Which policies have servers, and which have lost their last one")
final class PolicyVersionsController {
    private static final int MAX_AUTHOR = 128;

    private final PolicyVersions versions;
    private final PolicyAdvice advice;
    private final SwitchTable table;
    private final RulesInForce rules;
    private final History history;
    private final List<AdminObserver> observers;

    PolicyVersionsController(PolicyVersions versions, PolicyAdvice advice, SwitchTable table, RulesInForce rules,
            History history, List<AdminObserver> observers) {
        this.versions = versions;
        this.advice = advice;
        this.table = table;
        this.rules = rules;
        this.history = history;
        this.observers = List.copyOf(observers);
    }

    /** The versions. */
    @Schema(name = "PolicyVersions")
    record VersionsView(@Schema(description = "The version in force at this proxy; 0 if there is none") long inForce,
            @Schema(description = "Why the newest version is not in force at this proxy; null if it is") @Nullable String problem,
            @Schema(description = "The last versions, newest first. Their texts are not told") List<PolicyVersions.Version> versions) {}

    /** A server that is there now. */
    @Schema(name = "ChangedServer")
    record ServerView(String policy, String id,
            @Schema(description = "The grant that it registered by; null if it has none") @Nullable String grant,
            @Schema(description = "Whether it holds a lease, which would end") boolean leased,
            @Schema(description = "Messages that it has now, by this proxy") int inFlight,
            @Schema(description = "Messages that it answered in the last five minutes, by this proxy") long recent,
            @Schema(description = "Whether it may not serve any more; false: it may again") boolean loses,
            @Schema(description = "Why it may not, by the new rules, or by the present ones if it may again") String reason) {
        static ServerView of(PolicyChange.Server server) {
            PolicyChange.Present present = server.present();
            return new ServerView(present.spec().policy().text(), present.spec().id().text(), present.spec().owner(),
                    present.leased(), present.inFlight(), present.recent(), server.loses(), server.reason());
        }
    }

    /** Messages of a policy. */
    @Schema(name = "ChangedPolicy")
    record MessagesView(String policy,
            @Schema(description = "Messages of the last five minutes, by this proxy") long recent,
            @Schema(description = "Whether such messages would be refused from now on") boolean refused,
            String effect) {}

    /** The result of a change. */
    @Schema(name = "PolicyChange")
    record ChangeView(@Schema(description = "Whether it was applied; false after a dry run") boolean applied,
            @Schema(description = "The new version, or after a dry run the one that it would be made from") long version,
            @Schema(description = "The number of declared policies after the change, including those of the settings") int policies,
            @Schema(description = "The number of grants after the change, including those of the settings") int grants,
            @Schema(description = "Servers that may not serve any more, or may again") List<ServerView> servers,
            @Schema(description = "Policies whose messages are affected") List<MessagesView> messages) {}

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "The versions of the shared policies and grants", description = "With revproc.policies-in-etcd=true")
    @ApiResponse(responseCode = "200")
    VersionsView versions() {
        return new VersionsView(versions.inForce(), versions.problem(), versions.all());
    }

    @PostMapping(consumes = {"application/yaml", MediaType.TEXT_PLAIN_VALUE,
            MediaType.APPLICATION_OCTET_STREAM_VALUE}, produces = MediaType.APPLICATION_JSON_VALUE)
    @SecurityRequirement(name = "token")
    @SecurityRequirement(name = "password")
    @Operation(summary = "Apply policies and grants at all proxies that share them, or see what that would do", description = "The body is a policy file. It takes the place of the version "
            + "that is there as a whole; the grants and policies of the settings stay beside it. The effects are those on the servers of the table now, and on messages such as those that this "
            + "proxy had in the last five minutes", requestBody = @RequestBody(required = true, content = @Content(mediaType = "application/yaml", schema = @Schema(type = "string"))))
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "400", description = "It is not valid, and why; or no such author", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "409", description = "Another version is there by now; or the policies of this proxy are not in etcd", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "413", description = "Over 16 MB, or more than etcd takes", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "503", description = "etcd takes no change now", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    ChangeView apply(HttpServletRequest request,
            @Parameter(description = "The version that the change is made from; by default the one in force at this proxy") @RequestParam(required = false) @Nullable Long from,
            @Parameter(description = "Who answers for it; by default the account that applies it") @RequestParam(required = false) @Nullable String author,
            @Parameter(description = "Whether to change nothing") @RequestParam(defaultValue = "false") boolean dryRun)
            throws IOException {
        String by = Objects.requireNonNullElse(request.getRemoteUser(), "unknown");
        if (author != null && (author.isBlank() || author.length() > MAX_AUTHOR
                || author.chars().anyMatch(Character::isISOControl))) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
                    "author must have 1 to " + MAX_AUTHOR + " characters and no control characters");
        }
        byte[] text = PoliciesController.file(request);
        PolicyRules after;
        try {
            after = advice.read(text);
        } catch (IllegalArgumentException e) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, e.getMessage(), e);
        }
        long base = from == null ? versions.inForce() : from;
        PolicyChange change = change(after);
        if (dryRun) {
            return view(false, base, after, change);
        }
        String obstacle = versions.obstacle();
        if (obstacle != null) {
            throw new ResponseStatusException(HttpStatus.CONFLICT, obstacle);
        }
        PolicyVersions.Version made = versions.apply(text, base, author == null ? by : author, by);
        AdminChange done = new AdminChange(by, request.getRemoteAddr(), "policies",
                "version " + made.version() + " of " + made.author());
        observers.forEach(observer -> observer.changed(done));
        return view(true, made.version(), after, change);
    }

    private PolicyChange change(PolicyRules after) {
        Set<Endpoint> unknown = versions.unknownTo(after);
        // The second that goes on is not counted yet.
        Instant now = rules.now();
        Instant second = now.minusSeconds(1);
        List<PolicyChange.Present> present = table.routes().policies().stream()
                .flatMap(routes -> routes.endpoints().stream())
                .map(endpoint -> new PolicyChange.Present(endpoint.spec(), endpoint.state().lease() != null,
                        endpoint.inFlight(),
                        history.recent(endpoint.spec().policy().text(), endpoint.spec().id().text(), second),
                        !unknown.contains(endpoint)))
                .toList();
        return PolicyChange.of(rules.rules(), after, present, history.recent(second), now);
    }

    private static ChangeView view(boolean applied, long version, PolicyRules after, PolicyChange change) {
        return new ChangeView(applied, version, after.declared().size(), after.grants().size(),
                change.servers().stream().map(ServerView::of).toList(), change.policies().stream()
                        .map(each -> new MessagesView(each.policy(), each.recent(), each.refused(), each.effect()))
                        .toList());
    }
}
