package io.revproc.cli;

import org.jspecify.annotations.Nullable;

/**
 * What became of a packet.
 *
 * @param reason for a person, where there is no answer
 * @param nanos  from the first byte written to the last byte read; 0 if there was no answer
 */
record Delivery(Packet packet, Outcome outcome, @Nullable Answer answer, String reason, long nanos) {
    /** In the order of their weight: of many deliveries the heaviest decides the exit code. */
    enum Outcome {
        /** The answer's hash is the payload's. */
        MATCHED(ExitCode.OK),
        /** No answer in time, says the client's clock or the proxy's. */
        TIMED_OUT(ExitCode.TIMED_OUT),
        /** The connection broke before the answer came. */
        BROKEN(ExitCode.REFUSED),
        /** The proxy said no. */
        REFUSED(ExitCode.REFUSED),
        /** The answer's hash is not the payload's, or the answer makes no sense. */
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
    static Delivery answered(Packet packet, Answer answer, long nanos) {
        if (answer instanceof Answer.Ack ack) {
            return ack.payload().equals(packet.digest())
                    ? new Delivery(packet, Outcome.MATCHED, answer, "", nanos)
                    : new Delivery(packet, Outcome.MISMATCHED, answer, "hash did not match: the server computed "
                            + shorten(ack.payload()) + ", the payload has " + packet.digest(), nanos);
        }
        if (answer instanceof Answer.Refused refused) {
            boolean late = "TIMEOUT".equals(refused.code());
            return new Delivery(packet, late ? Outcome.TIMED_OUT : Outcome.REFUSED, answer, refused.sentence(), nanos);
        }
        String reason = answer instanceof Answer.Garbage garbage ? garbage.reason() : "";
        return new Delivery(packet, Outcome.MISMATCHED, answer, reason, nanos);
    }

    static Delivery failed(Packet packet, Outcome outcome, String reason) {
        return new Delivery(packet, outcome, null, reason, 0);
    }

    boolean refusedWith(String code) {
        return answer instanceof Answer.Refused refused && code.equals(refused.code());
    }

    private static String shorten(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
