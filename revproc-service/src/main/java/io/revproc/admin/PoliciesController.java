package io.revproc.admin;

import java.util.List;
import java.util.Objects;

import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.SwitchTable;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The policies over HTTP: those that have servers, and those that had one and have none now. */
@RestController
@RequestMapping("/admin/policies")
@Tag(name = "Policies", description = "Which policies have servers, and which have lost their last one")
final class PoliciesController {
    private final SwitchTable table;
    private final List<AdminObserver> observers;

    PoliciesController(SwitchTable table, List<AdminObserver> observers) {
        this.table = table;
        this.observers = List.copyOf(observers);
    }

    /** All policies, by name. */
    @Schema(name = "Policies")
    record PoliciesView(List<PolicyView> policies,
            @Schema(description = "The switch table's", example = "17") long version) {}

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "All policies that have or had a server", description = "A policy that lost its last server stays, with noServerSince and its counts, until "
            + "a server registers for it or an operator dismisses it")
    @ApiResponse(responseCode = "200")
    PoliciesView policies() {
        RouteTable routes = table.routes();
        return new PoliciesView(RoutesView.inOrder(routes).stream().map(PolicyView::of).toList(), routes.version());
    }

    @GetMapping(path = "/{policy}", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "One policy")
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "404", description = "No server is or was registered for the policy", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    PolicyView policy(@PathVariable String policy) {
        RouteTable routes = table.routes();
        PolicyRoutes served = routes.find(policy);
        return PolicyView.of(served == null ? unserved(routes, policy) : served);
    }

    @DeleteMapping("/{policy}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @SecurityRequirement(name = "token")
    @SecurityRequirement(name = "password")
    @Operation(summary = "Dismiss a policy without a server", description = "For a policy that is not to come back. It comes back by itself when a server registers for it")
    @ApiResponse(responseCode = "204")
    @ApiResponse(responseCode = "401", description = "Nobody who was recognised", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "403", description = "Not an operator, or the configuration has none", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "404", description = "No server is or was registered for the policy", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "409", description = "The policy has servers", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    void dismiss(@PathVariable String policy, HttpServletRequest request) {
        RouteTable routes = table.routes();
        if (routes.find(policy) != null) {
            throw new ResponseStatusException(HttpStatus.CONFLICT,
                    "This policy has servers; only a policy that has none can be dismissed");
        }
        if (!table.forget(unserved(routes, policy).policy())) {
            throw new ResponseStatusException(HttpStatus.CONFLICT, "The policy has just changed; look at it again");
        }
        String who = Objects.requireNonNullElse(request.getRemoteUser(), "unknown");
        AdminChange change = new AdminChange(who, request.getRemoteAddr(), "dismiss", policy);
        observers.forEach(observer -> observer.changed(change));
    }

    private static PolicyRoutes unserved(RouteTable routes, String policy) {
        PolicyRoutes found = routes.unserved(policy);
        if (found == null) {
            throw new NoSuchRouteException("No server is registered for this policy, and none has been");
        }
        return found;
    }
}
