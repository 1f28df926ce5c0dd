package io.revproc.cli.conformance;

import java.io.IOException;

/**
 * One requirement and how it is checked.
 *
 * @param <T> what the check works on
 */
record Check<T>(Requirement requirement, Body<T> body) {
    /** Returns one sentence on what was seen. */
    @FunctionalInterface
    interface Body<T> {
        String run(T trial) throws CheckException, IOException, InterruptedException;
    }

    Result run(T trial) throws InterruptedException {
        try {
            return new Result(requirement, Result.Outcome.PASSED, body.run(trial));
        } catch (CheckException e) {
            return new Result(requirement, e.outcome(), e.sentence());
        } catch (IOException e) {
            return new Result(requirement, Result.Outcome.FAILED, "The connection broke: " + e.getMessage() + ".");
        }
    }

    Result skip(String why) {
        return new Result(requirement, Result.Outcome.SKIPPED, why);
    }
}
