package io.revproc.admin;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.revproc.proxy.policy.Absence;
import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.policy.Explanation;
import io.revproc.proxy.policy.Objection;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.Processing;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
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
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The policies over HTTP: those that are declared, have servers, or had one and have none now. */
@RestController
@RequestMapping("/admin/policies")
@Tag(name = "Policies", description = "Which policies have servers, and which have lost their last one")
final class PoliciesController {
    private static final int MAX_FILE = 16 << 20;

    private final SwitchTable table;
    private final RulesInForce rules;
    private final PolicyAdvice advice;
    private final List<AdminObserver> observers;

    PoliciesController(SwitchTable table, RulesInForce rules, PolicyAdvice advice, List<AdminObserver> observers) {
        this.advice = advice;
        this.table = table;
        this.rules = rules;
        this.observers = List.copyOf(observers);
    }

    /** All policies, by name. */
    @Schema(name = "Policies")
    record PoliciesView(List<PolicyView> policies,
            @Schema(description = "The switch table's", example = "17") long version) {}

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "All policies that are declared, or have or had a server", description = "A policy that lost its last server stays, with noServerSince and its counts, until "
            + "a server registers for it or an operator dismisses it")
    @ApiResponse(responseCode = "200")
    PoliciesView policies() {
        RouteTable routes = table.routes();
        PolicyRules now = rules.rules();
        Stream<PolicyView> seen = RoutesView.inOrder(routes).stream()
                .map(policy -> PolicyView.of(policy, now.declared(policy.policy().text())));
        Stream<PolicyView> declared = Absence.awaited(routes, now).stream()
                .map(name -> PolicyView.of(Objects.requireNonNull(now.declared(name))));
        return new PoliciesView(Stream.concat(seen, declared)
                .sorted(Comparator.comparing(policy -> Ident.of(policy.policy()))).toList(), routes.version());
    }

    @GetMapping(path = "/{policy}", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "One policy")
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "404", description = "No server is or was registered for the policy", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    PolicyView policy(@PathVariable String policy) {
        RouteTable routes = table.routes();
        PolicyRoutes found = routes.find(policy);
        if (found == null) {
            found = routes.unserved(policy);
        }
        DeclaredPolicy declared = rules.rules().declared(policy);
        if (found == null && declared != null) {
            return PolicyView.of(declared);
        }
        return PolicyView.of(found == null ? unserved(routes, policy) : found, declared);
    }

    @GetMapping(path = "/{policy}/explain", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Why each server may or may not take a message of this policy now", description = "And where the next message would go. No message is sent, and no server's turn is used up")
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "400", description = "No such address or size", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    ExplanationView explain(@PathVariable String policy,
            @Parameter(description = "The address of a client, 192.0.2.7; without it no client is refused") @RequestParam(required = false) @Nullable String client,
            @Parameter(description = "Bytes of the message as a server gets it") @RequestParam(defaultValue = "0") int size) {
        if (size < 0) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "size must be a number of bytes, 0 or more");
        }
        String problem = client == null ? null : advice.clientProblem(policy, address(client));
        return ExplanationView.of(policy, Explanation.of(new Explanation.Question(policy, size, problem,
                advice.clientDemand(policy)),
                table.routes(), rules.rules(), advice.limits(), System.nanoTime()));
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "client must be an IP address, such as 192.0.2.7",
                    e);
        }
    }

    /** Whether a server might register. */
    @Schema(name = "CanRegister")
    record CanRegister(boolean allowed,
            @Schema(description = "Why not; null if it is") @Nullable String reason,
            @Schema(description = "That the proxy has not heard of the policy, and which one may be meant; null if it has") @Nullable String note) {}

    @GetMapping(path = "/{policy}/can-register", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Whether a server might register for this policy now by a grant", description = "Assumes that the server shows what the grant asks for: a token, a certificate, its address")
    @ApiResponse(responseCode = "200")
    CanRegister canRegister(@PathVariable String policy,
            @Parameter(description = "The grant's name; without it, the check is for a server without a grant") @RequestParam(required = false) @Nullable String grant,
            @Parameter(description = "The server's id") @RequestParam(defaultValue = "1") String id,
            @Parameter(description = "The region that it states") @RequestParam(required = false) @Nullable String region,
            @Parameter(description = "The purposes that it states") @RequestParam(defaultValue = "") List<String> purposes) {
        named(policy, id);
        named(purposes.toArray(String[]::new));
        if (region != null) {
            named(region);
        }
        PolicyRules now = rules.rules();
        Objection objection = now.objection(policy, id, grant, Processing.of(region, purposes), rules.now());
        RouteTable routes = table.routes();
        return new CanRegister(objection == null, objection == null ? null : objection.sentence(),
                Absence.note(policy, routes, now,
                        objection != null && objection.reason().equals(Objection.NOT_DECLARED)));
    }

    /** The result of a check of a policy file. */
    @Schema(name = "PolicyFileCheck")
    record Checked(@Schema(description = "Whether this proxy would take it") boolean valid,
            @Schema(description = "The fault, and where it is; null if there is none") @Nullable String problem,
            @Schema(description = "The number of declared policies after the change, including those of the settings") int policies,
            @Schema(description = "The number of grants after the change, including those of the settings") int grants) {}

    @PostMapping(path = "/check", consumes = {"application/yaml", MediaType.TEXT_PLAIN_VALUE,
            MediaType.APPLICATION_OCTET_STREAM_VALUE}, produces = MediaType.APPLICATION_JSON_VALUE)
    @SecurityRequirement(name = "token")
    @SecurityRequirement(name = "password")
    @Operation(summary = "Check a policy file", description = "Reads it as revproc.policy-file would be read, with the settings of this proxy. Changes nothing", requestBody = @RequestBody(required = true, content = @Content(mediaType = "application/yaml", schema = @Schema(type = "string"))))
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "413", description = "Over 16 MB", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    Checked check(HttpServletRequest request) throws IOException {
        try {
            PolicyRules made = advice.read(file(request));
            return new Checked(true, null, made.declared().size(), made.grants().size());
        } catch (IllegalArgumentException e) {
            return new Checked(false, e.getMessage(), 0, 0);
        }
    }

    /** Returns a policy file that is the body of a request. */
    static byte[] file(HttpServletRequest request) throws IOException {
        byte[] file = request.getInputStream().readNBytes(MAX_FILE + 1);
        if (file.length > MAX_FILE) {
            throw new ResponseStatusException(HttpStatus.CONTENT_TOO_LARGE,
                    "A policy file has at most 16 MB; send a smaller one");
        }
        return file;
    }

    @DeleteMapping("/{policy}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @SecurityRequirement(name = "token")
    @SecurityRequirement(name = "password")
    @Operation(summary = "Dismiss a policy without a server", description = "For a policy that will not come back. It reappears by itself when a server registers for it")
    @ApiResponse(responseCode = "204")
    @ApiResponse(responseCode = "404", description = "No server is or was registered for the policy", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "409", description = "The policy has servers", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    void dismiss(@PathVariable String policy, HttpServletRequest request) {
        RouteTable routes = table.routes();
        if (routes.find(policy) != null) {
            throw new ResponseStatusException(HttpStatus.CONFLICT,
                    "This policy has servers, and only one that has none can be dismissed; remove its servers first");
        }
        if (!table.forget(unserved(routes, policy).policy())) {
            throw new ResponseStatusException(HttpStatus.CONFLICT, "The policy has just changed; look at it again");
        }
        String who = Objects.requireNonNullElse(request.getRemoteUser(), "unknown");
        AdminChange change = new AdminChange(who, request.getRemoteAddr(), "dismiss", policy);
        observers.forEach(observer -> observer.changed(change));
    }

    private PolicyRoutes unserved(RouteTable routes, String policy) {
        PolicyRoutes found = routes.unserved(policy);
        if (found == null) {
            throw NoSuchRouteException.of(policy, routes, rules.rules());
        }
        return found;
    }

    /** Refuses what no setup can name. */
    private static void named(String... names) {
        for (String name : names) {
            try {
                Ident.of(name);
            } catch (IllegalArgumentException e) {
                throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
                        "policy, id, region and purposes must have 1 to 128 characters and no control characters", e);
            }
        }
    }
}
