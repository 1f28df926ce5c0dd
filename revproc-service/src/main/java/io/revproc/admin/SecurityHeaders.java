package io.revproc.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/** Sets the security headers: browsers load only content from here, allow no frame around it, and send no referrer. */
final class SecurityHeaders {
    private static final String STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    /** Swagger UI puts styles into its page itself. */
    private static final String SWAGGER = STRICT.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");

    /** At once: a stream of events is written by another thread while the request's own is on its way back through the filters. */
    private static final ObjectPostProcessor<HeaderWriterFilter> BEFORE_THE_CONTENT = new ObjectPostProcessor<>() {
        @Override
        public <F extends HeaderWriterFilter> F postProcess(F filter) {
            filter.setShouldWriteHeadersEagerly(true);
            return filter;
        }
    };

    private SecurityHeaders() {}

    static void write(HeadersConfigurer<HttpSecurity> headers) {
        headers.withObjectPostProcessor(BEFORE_THE_CONTENT).frameOptions(HeadersConfigurer.FrameOptionsConfig::deny)
                .referrerPolicy(policy -> policy.policy(ReferrerPolicy.NO_REFERRER))
                .crossOriginOpenerPolicy(policy -> policy.policy(CrossOriginOpenerPolicy.SAME_ORIGIN))
                .crossOriginResourcePolicy(policy -> policy.policy(CrossOriginResourcePolicy.SAME_ORIGIN))
                .permissionsPolicyHeader(policy -> policy.policy("camera=(), geolocation=(), microphone=()"))
                .addHeaderWriter(SecurityHeaders::contentSecurityPolicy);
    }

    private static void contentSecurityPolicy(HttpServletRequest request, HttpServletResponse response) {
        boolean swagger = request.getRequestURI().endsWith("/swagger-ui.html");
        response.setHeader("Content-Security-Policy", swagger ? SWAGGER : STRICT);
    }
}
