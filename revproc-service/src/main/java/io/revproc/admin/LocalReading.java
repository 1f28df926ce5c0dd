package io.revproc.admin;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Makes local readers viewers without credentials. Only if HTTP is bound to loopback, the request names a loopback
 * host (a web page can give its own name the address 127.0.0.1, and would read along) and nothing shows that a proxy has passed it on for
 * somebody else. A proxy that shows nothing of itself can't be told from a local reader: {@code revproc.admin.local-reading} is for that.
 */
final class LocalReading extends OncePerRequestFilter {
    /** Whom logs and health see. */
    static final String NAME = "local";

    /** Headers that proxies add. */
    private static final List<String> PASSED_ON = List.of("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
            "X-Forwarded-Port", "X-Forwarded-Server", "Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP",
            "CF-Connecting-IP", "X-Original-Forwarded-For");
    /** Set by Tomcat where it took such headers away itself. */
    private static final String TAKEN_AWAY = "org.apache.tomcat.request.forwarded";

    private final boolean allowed;

    /** @param allowed whether there are local readers at all */
    LocalReading(boolean allowed) {
        this.allowed = allowed;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (SecurityContextHolder.getContext().getAuthentication() == null && mayRead(request)) {
            SecurityContext context = SecurityContextHolder.createEmptyContext();
            context.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(NAME, null,
                    List.of(new SimpleGrantedAuthority(AdminProperties.Role.VIEWER.authority()))));
            SecurityContextHolder.setContext(context);
        }
        chain.doFilter(request, response);
    }

    private boolean mayRead(HttpServletRequest request) {
        return allowed && SameOrigin.reads(request.getMethod()) && isLoopback(request.getRemoteAddr())
                && isLoopbackName(request.getServerName()) && !isPassedOn(request);
    }

    /** nginx without settings of its own speaks HTTP/1.0, up to 1.29.6; browsers, curl and our command line don't. */
    private static boolean isPassedOn(HttpServletRequest request) {
        return request.getProtocol().equals("HTTP/1.0") || request.getAttribute(TAKEN_AWAY) != null
                || PASSED_ON.stream().anyMatch(name -> request.getHeader(name) != null);
    }

    /** {@code localhost}, {@code 127.0.0.1}, {@code [::1]}. */
    static boolean isLoopbackName(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT).replaceAll("^\\[|]$", "");
        return name.equals("localhost") || name.endsWith(".localhost") || isLoopback(name);
    }

    private static boolean isLoopback(@Nullable String address) {
        try {
            return address != null && InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
