package io.revproc.admin;

import java.net.InetAddress;

import jakarta.servlet.DispatcherType;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/**
 * Decides who may do what over HTTP: reading needs a viewer, everything else an operator, health and info nobody. On loopback a reader need
 * not say who it is. Nothing is remembered between two requests.
 */
@Configuration(proxyBeanMethods = false)
class AdminSecurity {
    @Bean
    AdminProperties adminProperties(Environment environment) {
        return AdminProperties.bind(Binder.get(environment));
    }

    @Bean
    Accounts accounts(AdminProperties properties) {
        return new Accounts(properties);
    }

    /** Its being here also keeps Spring Boot from making up a user with a password. */
    @Bean
    AuthenticationManager credentials(Accounts accounts) {
        return new Credentials(accounts);
    }

    @Bean
    SecurityFilterChain adminFilters(HttpSecurity http, AuthenticationManager credentials, Accounts accounts,
            AdminProperties properties, ServerProperties server) {
        AccessRefusals refusals = new AccessRefusals(accounts);
        AuthenticationFilter authentication = new AuthenticationFilter(credentials, (Credentials) credentials);
        authentication.setSuccessHandler((request, response, account) -> {});
        authentication.setFailureHandler(refusals::commence);
        return http.csrf(AbstractHttpConfigurer::disable).logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .headers(SecurityHeaders::write)
                .addFilterBefore(new SameOrigin(refusals), BasicAuthenticationFilter.class)
                .addFilterAt(authentication, BasicAuthenticationFilter.class)
                .addFilterAfter(new LocalReading(properties.localReading() && isAlone(server)),
                        BasicAuthenticationFilter.class)
                .addFilterAfter(new LogLevels(refusals), AuthorizationFilter.class)
                .exceptionHandling(failures -> failures.authenticationEntryPoint(refusals)
                        .accessDeniedHandler(refusals))
                .authorizeHttpRequests(requests -> requests
                        .dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.ASYNC, DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, "/actuator/health", "/actuator/health/**", "/actuator/info")
                        .permitAll()
                        .requestMatchers(HttpMethod.HEAD, "/actuator/health", "/actuator/health/**", "/actuator/info")
                        .permitAll()
                        .requestMatchers(HttpMethod.GET).hasAnyRole("VIEWER", "OPERATOR")
                        .requestMatchers(HttpMethod.HEAD).hasAnyRole("VIEWER", "OPERATOR")
                        .requestMatchers(HttpMethod.OPTIONS).hasAnyRole("VIEWER", "OPERATOR")
                        .anyRequest().hasRole("OPERATOR"))
                .build();
    }

    /** Allows every encoded character of a policy's name in a path. Permissions do not depend on the path. */
    @Bean
    HttpFirewall httpFirewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setAllowUrlEncodedSlash(true);
        firewall.setAllowUrlEncodedDoubleSlash(true);
        firewall.setAllowUrlEncodedPercent(true);
        firewall.setAllowUrlEncodedPeriod(true);
        firewall.setAllowUrlEncodedLineFeed(true);
        firewall.setAllowUrlEncodedCarriageReturn(true);
        firewall.setAllowUrlEncodedLineSeparator(true);
        firewall.setAllowUrlEncodedParagraphSeparator(true);
        firewall.setAllowSemicolon(true);
        firewall.setAllowBackSlash(true);
        return firewall;
    }

    /** Returns whether only this machine can connect, and nothing says that it does so for others. */
    private static boolean isAlone(ServerProperties server) {
        InetAddress address = server.getAddress();
        ServerProperties.ForwardHeadersStrategy forwarded = server.getForwardHeadersStrategy();
        return address != null && address.isLoopbackAddress()
                && (forwarded == null || forwarded == ServerProperties.ForwardHeadersStrategy.NONE);
    }
}
