package io.revproc.cli.conformance;

/**
 * The result of one check.
 *
 * @param seen one sentence: what was seen; where nothing was checked, why
 */
public record Result(Requirement requirement, Outcome outcome, String seen) {
    /** How a check can end. */
    public enum Outcome {
        PASSED, FAILED, SKIPPED
    }
}
