package io.revproc.admin;

import java.util.List;
import java.util.Objects;

import io.revproc.proxy.policy.Absence;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableStore;
import io.revproc.wire.Ident;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The switch table over HTTP. */
@RestController
@RequestMapping("/admin/routes")
@Tag(name = "Switch table", description = "Which servers serve which policy")
final class RoutesController {
    private final SwitchTable table;
    private final LeaseTimes leases;
    private final RouteEvents events;
    private final List<AdminObserver> observers;
    private final TableStore store;
    private final RulesInForce rules;

    RoutesController(SwitchTable table, LeaseTimes leases, RouteEvents events, List<AdminObserver> observers,
            TableStore store, RulesInForce rules) {
        this.rules = rules;
        this.table = table;
        this.leases = leases;
        this.events = events;
        this.observers = List.copyOf(observers);
        this.store = store;
    }

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "The whole switch table")
    @ApiResponse(responseCode = "200", content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, schema = @Schema(anyOf = {
            RoutesView.class, RoutesView.Seed.class})))
    @ApiResponse(responseCode = "400", description = "No such format", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    ResponseEntity<?> routes(
            @Parameter(description = "seed: as the seed prints it, {\"PP_1\": [[1, \"127.0.0.1\", 9001, true]]}", schema = @Schema(allowableValues = "seed")) @RequestParam(required = false) @Nullable String format) {
        RouteTable routes = table.routes();
        if (format == null) {
            return ResponseEntity.ok(RoutesView.of(routes, leases, Absence.awaited(routes, rules.rules())));
        }
        if (format.equals("seed")) {
            return ResponseEntity.ok(RoutesView.seed(routes.policies()));
        }
        throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "format must be seed, or left out");
    }

    @GetMapping(path = "/{policy}", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "One policy", description = "In the same shape as the whole table")
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "404", description = "No server is or was registered for the policy", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    RoutesView policy(@PathVariable String policy) {
        RouteTable routes = table.routes();
        PolicyRoutes found = routes.find(policy);
        if (found == null) {
            found = routes.unserved(policy);
        }
        if (found == null && rules.rules().declared(policy) != null) {
            return RoutesView.awaited(policy, routes);
        }
        if (found == null) {
            throw NoSuchRouteException.of(policy, routes, rules.rules());
        }
        return RoutesView.of(found, routes, leases);
    }

    @GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(summary = "The changes of the table as server-sent events", description = "One event per change from now on. A client that reads too slowly is disconnected and may connect again.")
    @ApiResponse(responseCode = "200", content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE, schema = @Schema(implementation = RouteEvents.RouteEvent.class)))
    @ApiResponse(responseCode = "429", description = "Too many of this account or address listen already", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "503", description = "Too many clients listen already", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    SseEmitter events(HttpServletRequest request) {
        return events.subscribe(Subscribers.peer(request));
    }

    /** The head of the stream alone; GET's would follow the events and never end. */
    @RequestMapping(path = "/events", method = RequestMethod.HEAD, produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(hidden = true)
    void headOfEvents(HttpServletResponse response) {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
    }

    @PutMapping(path = "/{policy}/{id}/state", consumes = MediaType.APPLICATION_JSON_VALUE, produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Drain, stop or resume a server")
    @SecurityRequirement(name = "token")
    @SecurityRequirement(name = "password")
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "202", description = "The change holds at this proxy and is on its disk; the shared store does not have it yet")
    @ApiResponse(responseCode = "400", description = "No such state", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "404", description = "No such server", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    ResponseEntity<EndpointView> state(@PathVariable String policy, @PathVariable String id,
            @RequestBody StateChange change,
            HttpServletRequest request) {
        Endpoint endpoint = find(policy, id);
        if (table.update(endpoint, state -> state.withMode(change.state()))) {
            tell(request, switch (change.state()) {
                case ACTIVE -> "resume";
                case DRAINING -> "drain";
                case MAINTENANCE -> "maintenance";
            }, endpoint);
        }
        store.keep(endpoint.spec().policy(), endpoint.spec().id());
        EndpointView view = EndpointView.of(endpoint, leases);
        return ResponseEntity.status(view.pending() ? HttpStatus.ACCEPTED : HttpStatus.OK).body(view);
    }

    @DeleteMapping("/{policy}/{id}")
    @SecurityRequirement(name = "token")
    @SecurityRequirement(name = "password")
    @Operation(summary = "Remove an entry", description = "A server of proto 2 that still runs registers anew at its next heartbeat; to keep one out, put it "
            + "into MAINTENANCE")
    @ApiResponse(responseCode = "202", description = "The change holds at this proxy and is on its disk; the shared store does not have it yet", content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, schema = @Schema(implementation = Pending.class)))
    @ApiResponse(responseCode = "204", content = @Content)
    @ApiResponse(responseCode = "404", description = "No such server", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    ResponseEntity<Pending> remove(@PathVariable String policy, @PathVariable String id, HttpServletRequest request) {
        Endpoint endpoint = find(policy, id);
        if (table.remove(endpoint)) {
            tell(request, "remove", endpoint);
        }
        return store.keep(endpoint.spec().policy(), endpoint.spec().id())
                ? ResponseEntity.noContent().build()
                : ResponseEntity.accepted().contentType(MediaType.APPLICATION_JSON).body(new Pending(true));
    }

    /** The answer to a change that the shared store does not have yet. */
    record Pending(@Schema(description = "Always true: the store gets the change as soon as it can") boolean pending) {}

    private void tell(HttpServletRequest request, String what, Endpoint endpoint) {
        String who = Objects.requireNonNullElse(request.getRemoteUser(), "unknown");
        AdminChange change = new AdminChange(who, request.getRemoteAddr(), what, endpoint.spec().name());
        observers.forEach(observer -> observer.changed(change));
    }

    private Endpoint find(String policy, String id) {
        Ident policyName = ident(policy);
        Ident idName = ident(id);
        Endpoint found = policyName == null || idName == null ? null : table.find(policyName, idName);
        if (found == null) {
            throw new NoSuchRouteException(
                    "No server of this id is registered for this policy; 'bin/revproc routes' shows which are");
        }
        return found;
    }

    /** Null if no server can have such a name. */
    private static @Nullable Ident ident(String text) {
        try {
            return Ident.of(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
