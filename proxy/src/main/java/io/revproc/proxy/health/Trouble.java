package io.revproc.proxy.health;

/**
 * The history of an endpoint that failed; there is none for the others.
 *
 * @param streak    messages in a row that it did not answer
 * @param struckAt  when the last of these was counted; nanoseconds
 * @param trials    failed attempts since it was last alive, the one that made it fall included
 * @param ejections how often it was ejected without a long quiet time in between
 * @param outSince  when it was taken out last; nanoseconds
 * @param trialAt   when the next trial is due; nanoseconds
 * @param backSince when it came back last; nanoseconds
 */
record Trouble(int streak, long struckAt, int trials, int ejections, long outSince, long trialAt, long backSince) {
    /** @param now nanoseconds */
    static Trouble none(long now) {
        return new Trouble(0, now, 0, 0, now, now, now);
    }

    Trouble struck(int length, long now) {
        return new Trouble(length, now, trials, ejections, outSince, trialAt, backSince);
    }
}
