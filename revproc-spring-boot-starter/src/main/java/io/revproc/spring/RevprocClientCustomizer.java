package io.revproc.spring;

import io.revproc.client.RevprocClient;

/** Changes the application's client before it is made. Beans of this type are called in their order. */
@FunctionalInterface
public interface RevprocClientCustomizer {
    /** Sets what the properties have no name for; called once, after the properties were set. */
    void customize(RevprocClient.Builder builder);
}
