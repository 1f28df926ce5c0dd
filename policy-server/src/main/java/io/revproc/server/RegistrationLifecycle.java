package io.revproc.server;

import java.util.concurrent.RejectedExecutionException;

import io.revproc.server.registration.Registrations;
import io.revproc.server.transcript.Transcript;
import org.springframework.context.SmartLifecycle;

/** Registers when everything else runs; takes leave of the proxy before anything else stops. */
final class RegistrationLifecycle implements SmartLifecycle {
    private final PolicyServerProperties properties;
    private final Registrations registrations;
    private final Transcript transcript;
    private final boolean trial;
    private volatile boolean running;

    /** @param trial whether this start must be noticed by no proxy */
    RegistrationLifecycle(PolicyServerProperties properties, Registrations registrations, Transcript transcript,
            boolean trial) {
        this.properties = properties;
        this.registrations = registrations;
        this.transcript = transcript;
        this.trial = trial;
    }

    @Override
    public void start() {
        transcript.running(properties.ident());
        properties.policies().forEach(transcript::serving);
        if (!trial) {
            registrations.start();
        }
        running = true;
    }

    @Override
    public void stop(Runnable callback) {
        running = false;
        try {
            registrations.leave().whenComplete((_, _) -> callback.run());
        } catch (RejectedExecutionException e) {
            callback.run();
        }
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
