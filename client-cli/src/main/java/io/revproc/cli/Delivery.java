package io.revproc.cli;

import io.revproc.cli.bench.Verify;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a packet.
 *
 * @param verify what the answer was compared with
 * @param reason for a person, where there is no answer or a wrong one
 * @param nanos  from the first byte written to the last byte read; 0 if there was no answer
 */
record Delivery(Packet packet, Verify verify, Outcome outcome, @Nullable Answer answer, String reason, long nanos) {
    /** In the order of their weight: of many deliveries the heaviest decides the exit code. */
    enum Outcome {
        /** An answer came, and where it was to be verified it is right. */
        ANSWERED(ExitCode.OK),
        /** No answer in time, says the client's clock or the proxy's. */
        TIMED_OUT(ExitCode.TIMED_OUT),
        /** The connection broke before the answer came. */
        BROKEN(ExitCode.REFUSED),
        /** The proxy said no. */
        REFUSED(ExitCode.REFUSED),
        /** The answer is not the one that was to come, or makes no sense. */
        MISMATCHED(ExitCode.REFUSED),
        /** No connection. */
        UNREACHABLE(ExitCode.UNREACHABLE);

        private final int exitCode;

        Outcome(int exitCode) {
            this.exitCode = exitCode;
        }

        int exitCode() {
            return exitCode;
        }

        Outcome worse(Outcome other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    // Plain tests of the kind here and in Report: a switch over patterns is linked anew at every start of the process, 10 ms.
    static Delivery answered(Packet packet, Verify verify, Answer answer, long nanos) {
        if (answer instanceof Answer.Ack ack) {
            return verify.isRight(packet.data().payload(), ack.payload())
                    ? new Delivery(packet, verify, Outcome.ANSWERED, answer, "", nanos)
                    : new Delivery(packet, verify, Outcome.MISMATCHED, answer, mismatch(packet, verify, ack), nanos);
        }
        if (answer instanceof Answer.Refused refused) {
            boolean late = "TIMEOUT".equals(refused.code());
            return new Delivery(packet, verify, late ? Outcome.TIMED_OUT : Outcome.REFUSED, answer, refused.sentence(),
                    nanos);
        }
        String reason = answer instanceof Answer.Garbage garbage ? garbage.reason() : "";
        return new Delivery(packet, verify, Outcome.MISMATCHED, answer, reason, nanos);
    }

    static Delivery failed(Packet packet, Verify verify, Outcome outcome, String reason) {
        return new Delivery(packet, verify, outcome, null, reason, 0);
    }

    /** An echo that is wrong is not shown: the payload is nobody's to read in a message for a person. */
    private static String mismatch(Packet packet, Verify verify, Answer.Ack ack) {
        return verify == Verify.SHA1
                ? "hash did not match: the server computed " + shorten(ack.payload()) + ", the payload has "
                        + verify.expected(packet.data().payload())
                : "the reply is not the payload that was sent";
    }

    /** Returns whether the answer was found right or wrong; null where there was none, or it was not to be verified. */
    @Nullable
    Boolean verified() {
        return verify == Verify.NONE || !(answer instanceof Answer.Ack) ? null : outcome == Outcome.ANSWERED;
    }

    boolean refusedWith(String code) {
        return answer instanceof Answer.Refused refused && code.equals(refused.code());
    }

    private static String shorten(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
