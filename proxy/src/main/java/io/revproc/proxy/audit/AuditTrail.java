package io.revproc.proxy.audit;

/**
 * Takes down what people and servers do to the switch table: admin changes and refused setups. Thread-safe; returns at once.
 */
@FunctionalInterface
public interface AuditTrail {
    /** Takes down nothing. */
    AuditTrail NONE = (action, who, subject, detail) -> {};

    /**
     * Adds one entry. The texts are cut at 512 bytes each and never hold a payload or a secret.
     *
     * @param action  what was done, a word such as {@code state-changed}, {@code removed} or {@code setup-refused}
     * @param who     the operator's name, or the address of a server
     * @param subject to what: {@code PP_1/2} for a server's entry
     * @param detail  anything more, such as the new state or the reason; may be empty
     */
    void note(String action, String who, String subject, String detail);
}
