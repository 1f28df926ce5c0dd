package io.revproc;

import io.revproc.start.Program;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aot.AotDetector;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Logs once that the proxy is ready; stops it from becoming that if it was told to end meanwhile. */
@Component
final class StartLine {
    private static final Logger log = LoggerFactory.getLogger(RevprocService.class);

    @EventListener
    void ready(ApplicationReadyEvent event) {
        if (event.getApplicationContext() instanceof ListenerFirstContext context) {
            context.endIfAsked();
        }
        int http = event.getApplicationContext() instanceof WebServerApplicationContext web
                && web.getWebServer() != null ? web.getWebServer().getPort() : 0;
        log.info("event=started http={} version={} ms={} prepared={}", http, Program.version(),
                event.getTimeTaken() == null ? 0 : event.getTimeTaken().toMillis(),
                AotDetector.useGeneratedArtifacts());
    }
}
