package io.revproc.admin;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

import io.revproc.wire.LogValue;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Answers requests that are not admitted: a sentence says why and what to do, and the log has a line about it. */
final class AccessRefusals implements AuthenticationEntryPoint, AccessDeniedHandler {
    private static final Logger log = LoggerFactory.getLogger(AccessRefusals.class);
    private static final long LINE_PAUSE_NANOS = 100_000_000;

    private final Accounts accounts;
    private final AtomicLong nextLine = new AtomicLong(System.nanoTime());

    AccessRefusals(Accounts accounts) {
        this.accounts = accounts;
    }

    /** Answers a request without valid credentials. */
    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException e)
            throws IOException {
        boolean reads = SameOrigin.reads(request.getMethod());
        if (e instanceof AuthenticationServiceException) {
            response.setHeader(HttpHeaders.RETRY_AFTER, "5");
            refuse(request, response, HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
        } else if (reads ? !accounts.any() : !accounts.anyOperator()) {
            boolean presented = request.getHeader(HttpHeaders.AUTHORIZATION) != null;
            refuse(request, response, HttpStatus.FORBIDDEN, (reads
                    ? presented
                            ? "The proxy's configuration has no accounts, so it knows no credentials; send none (for bin/revproc, "
                                    + "unset REVPROC_TOKEN and REVPROC_USER)"
                            : "Reading from here needs an account, and the proxy's configuration has none"
                    : "Changes need an operator, and the proxy's configuration has none")
                    + "; 'bin/revproc admin new --name NAME --role " + (reads ? "viewer" : "operator")
                    + "' makes a token and prints what to put under revproc.admin.tokens");
        } else {
            challenge(request, response);
            refuse(request, response, HttpStatus.UNAUTHORIZED, e instanceof BadCredentialsException
                    ? e.getMessage() + ""
                    : (reads ? "Reading from here needs a viewer or an operator" : "Changes need an operator")
                            + "; send a token of revproc.admin.tokens as 'Authorization: Bearer TOKEN' (REVPROC_TOKEN for "
                            + "bin/revproc), or a name and password by HTTP Basic");
        }
    }

    private static void challenge(HttpServletRequest request, HttpServletResponse response) {
        response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"revproc\"");
        // The dashboard asks in its own words; only for others the browser shall.
        if (request.getHeader("X-Requested-With") == null) {
            response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"revproc\", charset=\"UTF-8\"");
        }
    }

    /** Somebody was recognised who may not, or a page of another site asks. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException e)
            throws IOException {
        boolean viewer = SecurityContextHolder.getContext().getAuthentication() != null;
        refuse(request, response, HttpStatus.FORBIDDEN, viewer
                ? "Changes need the role operator; this account is a viewer, so use an operator's: 'bin/revproc admin new --name NAME "
                        + "--role operator' makes a token and prints what to put under revproc.admin.tokens"
                : String.valueOf(e.getMessage()));
    }

    /** Answers with a problem, and has the log say so. */
    void refuse(HttpServletRequest request, HttpServletResponse response, HttpStatus status, String sentence)
            throws IOException {
        note(request, status);
        ObjectNode problem = JsonMapper.shared().createObjectNode();
        problem.put("title", status.getReasonPhrase()).put("status", status.value()).put("detail", sentence)
                .put("instance", request.getRequestURI());
        byte[] body = JsonMapper.shared().writeValueAsBytes(problem);
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** At most ten lines a second: who is not let in must not fill the disk. */
    private void note(HttpServletRequest request, HttpStatus status) {
        long now = System.nanoTime();
        long due = nextLine.get();
        if (now - due >= 0 && nextLine.compareAndSet(due, now + LINE_PAUSE_NANOS)) {
            var who = SecurityContextHolder.getContext().getAuthentication();
            String path = request.getRequestURI();
            log.warn("event=admin_refused who={} client={} method={} path={} status={}",
                    who == null ? "unknown" : LogValue.of(who.getName()), request.getRemoteAddr(),
                    LogValue.of(request.getMethod()),
                    LogValue.of(path.substring(0, Math.min(path.length(), 200)).replaceAll("[^\\x20-\\x7e]", "?")),
                    status.value());
        }
    }
}
