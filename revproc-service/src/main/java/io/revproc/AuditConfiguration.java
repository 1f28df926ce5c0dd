package io.revproc;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.admin.AdminObserver;
import io.revproc.proxy.audit.Audit;
import io.revproc.proxy.audit.AuditSettings;
import io.revproc.proxy.listener.ListenerSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The delivery record. */
@Configuration(proxyBeanMethods = false)
class AuditConfiguration {
    @Bean
    Audit audit(AuditSettings properties, ListenerSettings listener) {
        return new Audit(properties, directory(properties.directory(), listener.port()).orElse(null));
    }

    @Bean
    AuditLifecycle auditLifecycle(Audit audit, AuditSettings properties) {
        return new AuditLifecycle(audit, properties.enabled());
    }

    @Bean
    MeterBinder auditMeters(Audit audit) {
        return new AuditMeters(audit);
    }

    /** A change over HTTP is an entry. */
    @Bean
    AdminObserver adminTrail(Audit audit) {
        return change -> audit.note(change.what(), change.who(), change.subject(),
                "over HTTP from " + change.client());
    }

    /** Returns where the record is; nothing if there is none. */
    static Optional<Path> directory(@Nullable String directory, int port) {
        if (directory == null) {
            return port == 0 ? Optional.empty() : Optional.of(Path.of("data", "audit-" + port));
        }
        try {
            return directory.isBlank() ? Optional.empty() : Optional.of(Path.of(directory));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("revproc.audit.directory '" + directory + "' is not a path", e);
        }
    }

    /** Opens the record before the listener takes the first message, and closes it after the last one. */
    static final class AuditLifecycle extends PhasedLifecycle {
        private static final Logger log = LoggerFactory.getLogger(AuditLifecycle.class);

        private final Audit audit;
        private final boolean wanted;

        AuditLifecycle(Audit audit, boolean wanted) {
            super(0);
            this.audit = audit;
            this.wanted = wanted;
        }

        @Override
        void begin() {
            audit.open();
            if (wanted && audit.log().isEmpty()) {
                log.info(
                        "event=audit_off reason=\"a listener on any free port keeps none by itself; set revproc.audit.directory\"");
            }
        }

        @Override
        void end() {
            audit.close();
        }
    }
}
