package io.revproc.policyserver;

import java.util.stream.Collectors;

import io.revproc.server.PolicyServer;
import io.revproc.wire.Ident;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Logs once what runs where. */
@Component
final class StartLine {
    private static final Logger log = LoggerFactory.getLogger(PolicyServerApplication.class);

    private final PolicyServerProperties properties;
    private final PolicyServer server;

    StartLine(PolicyServerProperties properties, PolicyServer server) {
        this.properties = properties;
        this.server = server;
    }

    @EventListener
    void ready(ApplicationReadyEvent event) {
        int http = event.getApplicationContext() instanceof WebServerApplicationContext web
                && web.getWebServer() != null
                        ? web.getWebServer().getPort()
                        : 0;
        log.info("event=started id={} pp={} port={} http={} version={} in={}ms", properties.id(),
                properties.policies().stream().map(Ident::text).collect(Collectors.joining(",")), server.port(), http,
                PolicyServerApplication.version(), event.getTimeTaken() == null ? 0 : event.getTimeTaken().toMillis());
    }
}
