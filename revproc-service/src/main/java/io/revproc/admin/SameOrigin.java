package io.revproc.admin;

import java.io.IOException;
import java.net.URI;
import java.util.Set;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * No page of another site changes anything here. There are no cookies, but a browser that was asked for a name and a password sends
 * them along by itself; what it also sends is who asks, in headers that a page can't set.
 */
final class SameOrigin extends OncePerRequestFilter {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    private final AccessDeniedHandler refusal;

    SameOrigin(AccessDeniedHandler refusal) {
        this.refusal = refusal;
    }

    static boolean reads(String method) {
        return READING.contains(method);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!reads(request.getMethod()) && isForeign(request)) {
            refusal.handle(request, response, new AccessDeniedException(
                    "A page of another site may not change anything here; use the proxy's own dashboard, or bin/revproc"));
            return;
        }
        chain.doFilter(request, response);
    }

    private static boolean isForeign(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        return site != null && !site.equals("same-origin") && !site.equals("none")
                || origin != null && !sameHost(origin, request.getHeader(HttpHeaders.HOST));
    }

    private static boolean sameHost(String origin, @Nullable String host) {
        try {
            String authority = URI.create(origin).getAuthority();
            return authority != null && authority.equalsIgnoreCase(host);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
