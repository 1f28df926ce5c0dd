package io.revproc.admin;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import io.revproc.admin.Accounts.Account;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.web.authentication.AuthenticationConverter;

/** Reads the header Authorization, {@code Bearer TOKEN} or {@code Basic base64(NAME:SECRET)}, and asks the accounts whose that is. */
final class Credentials implements AuthenticationConverter, AuthenticationManager {
    /** The longest header, in characters. */
    private static final int MAX_LENGTH = 1024;
    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";

    private final Accounts accounts;

    Credentials(Accounts accounts) {
        this.accounts = accounts;
    }

    /** Null without the header. */
    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            return null;
        }
        if (header.length() > MAX_LENGTH) {
            throw new BadCredentialsException("The header Authorization is longer than " + MAX_LENGTH
                    + " characters; send a shorter token or password");
        }
        if (header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return UsernamePasswordAuthenticationToken.unauthenticated("", header.substring(BEARER.length()).strip());
        }
        if (header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            String pair = decode(header.substring(BASIC.length()).strip());
            int colon = pair.indexOf(':');
            if (colon > 0) {
                return UsernamePasswordAuthenticationToken.unauthenticated(pair.substring(0, colon),
                        pair.substring(colon + 1));
            }
        }
        throw new BadCredentialsException("The header Authorization must be Bearer TOKEN, or Basic with NAME:PASSWORD");
    }

    private static String decode(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    @Override
    public Authentication authenticate(Authentication given) {
        String name = given.getName();
        String secret = String.valueOf(given.getCredentials());
        Account account;
        try {
            account = name.isEmpty() ? accounts.byToken(secret) : accounts.byName(name, secret);
        } catch (Accounts.BusyException e) {
            throw new AuthenticationServiceException(String.valueOf(e.getMessage()));
        }
        if (account == null) {
            throw new BadCredentialsException(name.isEmpty()
                    ? "This token is not known here: its SHA-256 has to stand under revproc.admin.tokens when the proxy starts; "
                            + "'bin/revproc admin new --name NAME --role viewer' makes a token and prints what to put there"
                    : "This name and password are not known here: they have to be those of revproc.admin.users, or a token of "
                            + "revproc.admin.tokens and its name, as they were when the proxy started");
        }
        return UsernamePasswordAuthenticationToken.authenticated(account.name(), null,
                List.of(new SimpleGrantedAuthority(account.role().authority())));
    }
}
