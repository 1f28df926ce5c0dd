package io.revproc.spring;

import io.revproc.server.PolicyServer;

/** Changes the application's policy server before it is made. Beans of this type are called in their order. */
@FunctionalInterface
public interface PolicyServerCustomizer {
    /** Sets what the properties have no name for; called once, after the properties were set and the handlers added. */
    void customize(PolicyServer.Builder builder);
}
