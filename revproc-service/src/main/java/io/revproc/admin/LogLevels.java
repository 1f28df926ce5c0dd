package io.revproc.admin;

import java.io.IOException;

import io.revproc.wire.LogValue;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets operators set the level of this product's own loggers, and says who did. A framework's loggers at a fine level write what requests
 * hold, secrets among it: those are set where the proxy is started, or not at all.
 */
final class LogLevels extends OncePerRequestFilter {
    private static final Logger log = LoggerFactory.getLogger(LogLevels.class);
    private static final String PATH = "/actuator/loggers/";

    private final AccessRefusals refusals;

    LogLevels(AccessRefusals refusals) {
        this.refusals = refusals;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("POST")
                || !request.getRequestURI().startsWith(request.getContextPath() + PATH);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String logger = request.getRequestURI().substring((request.getContextPath() + PATH).length());
        if (!logger.equals("io.revproc") && !logger.startsWith("io.revproc.")) {
            refusals.refuse(request, response, HttpStatus.BAD_REQUEST,
                    "Only the levels of io.revproc and the loggers below it can be changed while the proxy runs; others are settings, "
                            + "logging.level.NAME");
            return;
        }
        chain.doFilter(request, response);
        if (response.getStatus() < 300) {
            log.info("event=log_level_changed who={} client={} logger={}",
                    LogValue.of(String.valueOf(request.getRemoteUser())), request.getRemoteAddr(), LogValue.of(logger));
        }
    }
}
