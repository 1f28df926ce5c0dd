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
 * Who reads on the machine itself is a viewer without saying who. Only if HTTP is bound to loopback, the request names a loopback
 * host (a web page can give its own name the address 127.0.0.1, and would read along) and no other proxy has passed it on.
 */
final class LocalReading extends OncePerRequestFilter {
    /** Whom logs and health see. */
    static final String NAME = "local";

    private final boolean boundToLoopback;

    LocalReading(boolean boundToLoopback) {
        this.boundToLoopback = boundToLoopback;
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
        return boundToLoopback && SameOrigin.reads(request.getMethod()) && isLoopback(request.getRemoteAddr())
                && isLoopbackName(request.getServerName()) && request.getHeader("X-Forwarded-For") == null
                && request.getHeader("Forwarded") == null;
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
