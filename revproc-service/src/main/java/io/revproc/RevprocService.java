package io.revproc;

import java.util.function.BooleanSupplier;

import io.revproc.start.Ending;
import io.revproc.start.Program;
import io.revproc.start.SettingsCatalogue;
import io.revproc.start.TrialStart;
import org.springframework.boot.ApplicationContextFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the proxy. */
@SpringBootApplication
public class RevprocService {
    /** It shares no table and sends nothing; on a free port it keeps no table over restarts, and a record only where the caller says so. */
    private static final TrialStart TRIAL = TrialStart.with("revproc.listener.address=127.0.0.1",
            "revproc.listener.port=0", "revproc.store.type=memory", "revproc.store.file=",
            "revproc.tracing.enabled=false");

    /** See {@link Program} for the exit codes. */
    public static void main(String[] args) {
        new Program("revproc-service", "revproc", all -> CommandLine.help(SettingsCatalogue.read("revproc."), all),
                CommandLine.FLAGS, TRIAL).main(application(), args);
    }

    static SpringApplication application() {
        return application(Ending::isAsked);
    }

    /** @param ending whether the process was told to end */
    static SpringApplication application(BooleanSupplier ending) {
        SpringApplication application = new SpringApplication(RevprocService.class);
        application.addListeners(new QuickStart());
        application.setApplicationContextFactory(ApplicationContextFactory.of(() -> new ListenerFirstContext(ending)));
        return application;
    }
}
