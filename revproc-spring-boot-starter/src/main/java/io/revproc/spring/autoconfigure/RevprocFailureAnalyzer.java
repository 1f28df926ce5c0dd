package io.revproc.spring.autoconfigure;

import io.revproc.server.answer.PortTakenException;
import io.revproc.spring.PolicyHandlerException;
import io.revproc.spring.WrongRevprocSettingException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Explains in a sentence why the application does not start. */
class RevprocFailureAnalyzer implements FailureAnalyzer {
    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case WrongRevprocSettingException wrong -> {
                    return new FailureAnalysis(wrong.getMessage(), wrong.action(), failure);
                }
                case PolicyHandlerException wrong -> {
                    return new FailureAnalysis("A handler of messages can't be used: " + wrong.getMessage() + ".",
                            "Change the method or its @PolicyHandler.", failure);
                }
                case PortTakenException taken -> {
                    return new FailureAnalysis("The policy server can't start: " + taken.getMessage() + ".",
                            "Choose a free port with revproc.server.listen, or 0 for any.", failure);
                }
                default -> {
                }
            }
        }
        return null;
    }
}
