package io.revproc.admin;

import java.net.InetAddress;

import io.revproc.proxy.policy.Explanation;
import io.revproc.proxy.policy.PolicyRules;
import org.jspecify.annotations.Nullable;

/** Answers questions on rules that only this proxy's settings can answer. Thread-safe. */
public interface PolicyAdvice {
    /**
     * Returns the rules that a policy file and the settings would be.
     *
     * @throws IllegalArgumentException if it is no valid file; the sentence says where and what
     */
    PolicyRules read(byte[] file);

    /** Returns why the policy's rule on clients refuses a sender of this address; null if it does not. */
    @Nullable
    String clientProblem(String policy, InetAddress client);

    /** Returns what senders of the policy's messages have to do whatever their address is; null if nothing. */
    @Nullable
    String clientDemand(String policy);

    /** Returns the bounds of messages. */
    Explanation.Limits limits();
}
