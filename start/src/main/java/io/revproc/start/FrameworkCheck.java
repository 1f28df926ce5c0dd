package io.revproc.start;

import io.revproc.wire.LogValue;
import org.apache.commons.logging.Log;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/** Stops the start if a file holds a misspelt setting of the framework; the binder checks the program's own. */
public final class FrameworkCheck implements EnvironmentPostProcessor, Ordered {
    private final Log log;

    /** @param logs keep what is said until there is a log */
    public FrameworkCheck(DeferredLogFactory logs) {
        this.log = logs.getLog(FrameworkCheck.class);
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        FrameworkFailures.listensForHttp(environment);
        String problem = FrameworkOptions.problem(environment);
        if (problem != null) {
            throw new WrongSettingException(problem, null);
        }
        FrameworkOptions.doubts(environment)
                .forEach(doubt -> log.warn("event=unknown_variable reason=" + LogValue.of(doubt)));
    }
}
