package io.revproc.acceptance.faults;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntUnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;

/** What became of each message, as its client and as the servers saw it. Thread-safe; one word per message. */
final class Ledger {
    private static final int DELIVERIES = 0xff;
    private static final int REPLY = 1 << 8;
    private static final int REPLIES = 0xf00;
    private static final int ELSEWHERE = 1 << 12;
    private static final int IDEMPOTENT = 1 << 13;
    private static final int MISLED = 1 << 14;
    private static final int OUTCOME_SHIFT = 16;
    private static final int ANSWERED = 1;
    private static final int BROKEN = 2;
    private static final int CLOSED = 3;
    private static final int FIRST_CODE = 4;
    /** After these the same message may be sent again: no server may have had it. */
    private static final List<String> SAFE = List.of("NO_SERVER", "NO_LIVE_SERVER", "OVERLOADED", "RATE_LIMITED",
            "SHUTTING_DOWN", "BAD_MESSAGE", "TOO_LARGE", "NOT_ALLOWED");

    private final AtomicIntegerArray messages;
    private final String[] policies;
    private final AtomicInteger sent = new AtomicInteger();
    private final List<String> codes = new CopyOnWriteArrayList<>();
    private volatile boolean crash;
    /** Connections that the proxy's kill may have cut off between connect and write. */
    private final AtomicInteger mayBeCut = new AtomicInteger();
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    /** @param capacity the most messages that it can hold */
    Ledger(int capacity) {
        messages = new AtomicIntegerArray(capacity);
        policies = new String[capacity];
    }

    /** A new message; answers its number. */
    int add(String policy, boolean idempotent) {
        int number = sent.getAndIncrement();
        policies[number] = policy;
        messages.set(number, idempotent ? IDEMPOTENT : 0);
        return number;
    }

    int sent() {
        return sent.get();
    }

    /** A server that serves this policy got it. */
    void delivered(int number, String policyOfServer) {
        boolean known = number >= 0 && number < sent.get();
        if (!known) {
            complain("a server of " + policyOfServer + " got a message that nobody sent: " + number);
            return;
        }
        boolean elsewhere = !policyOfServer.equals(policies[number]);
        update(number, word -> (word & DELIVERIES) == DELIVERIES ? word : word + 1 | (elsewhere ? ELSEWHERE : 0));
    }

    /** @param right whether the answer was this message's */
    void answered(int number, boolean right) {
        reply(number, ANSWERED, right);
    }

    void refused(int number, String code) {
        reply(number, FIRST_CODE + codeIndex(code), true);
    }

    private void reply(int number, int outcome, boolean right) {
        update(number,
                word -> ((word & REPLIES) == REPLIES ? word : word + REPLY) & 0xffff | outcome << OUTCOME_SHIFT
                        | (right ? 0 : MISLED));
    }

    /** Its connection broke before the answer: the client knows that it does not know. */
    void broken(int number) {
        update(number, word -> word | BROKEN << OUTCOME_SHIFT);
    }

    /** From now on an end of a connection proves nothing: the proxy is killed. */
    void expectCrash() {
        crash = true;
    }

    /**
     * A kill at this moment may leave so many connections without their message: between a connect that has succeeded and the
     * write lies a turn of the event loop, and a process that is killed there can't do anything about it. 0: none any more.
     */
    void expectCutConnections(int most) {
        mayBeCut.set(most);
    }

    /** A server of the seed's kind was connected to, and got nothing. */
    void emptyConnection() {
        if (mayBeCut.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            complain("a connection without a message: some of these servers die of it");
        }
    }

    /** The proxy ended the connection in order, without an answer: no server may have had it. */
    void closed(int number) {
        if (crash) {
            broken(number);
            return;
        }
        update(number, word -> word | CLOSED << OUTCOME_SHIFT);
    }

    /** Something that fits no message. */
    void complain(String what) {
        if (complaints.size() < 20) {
            complaints.add(what);
        }
    }

    private void update(int number, IntUnaryOperator change) {
        messages.updateAndGet(number, change);
    }

    private int codeIndex(String code) {
        int index = codes.indexOf(code);
        if (index >= 0) {
            return index;
        }
        synchronized (codes) {
            index = codes.indexOf(code);
            if (index < 0) {
                codes.add(code);
                index = codes.size() - 1;
            }
            return index;
        }
    }

    /** How often a message was delivered so far. */
    int deliveries(int number) {
        return messages.get(number) & DELIVERIES;
    }

    /**
     * @param sent         all
     * @param answered     with the answer of a server of their policy
     * @param refused      by code
     * @param broken       their connection broke first
     * @param closed       their connection was closed in order first, and no server had them
     * @param lost         neither: nobody said anything
     * @param twice        delivered more than once without being idempotent
     * @param elsewhere    delivered to a server of another policy
     * @param misled       answered twice, with another message's answer, or delivered after the client heard that they were not
     */
    record Account(int sent, int answered, Map<String, Integer> refused, int broken, int closed, int lost, int twice,
            int elsewhere, int misled, List<String> complaints) {
        /** Nothing was lost, and nobody misled. */
        Account assertClean() {
            assertThat(lost).as("lost without an answer: %s", this).isZero();
            assertThat(twice).as("delivered twice: %s", this).isZero();
            assertThat(elsewhere).as("delivered to another policy: %s", this).isZero();
            assertThat(misled).as("answered wrongly, or delivered though refused: %s", this).isZero();
            assertThat(complaints).as("%s", this).isEmpty();
            return this;
        }

        /** No connection ended before its replies. */
        Account assertConnectionsKept() {
            assertThat(broken + closed).as("connections ended: %s", this).isZero();
            return this;
        }

        /** All that was refused had one of these codes. */
        Account assertRefusedOnlyWith(String... allowed) {
            refused.forEach((code, count) -> {
                if (count > 0) {
                    assertThat(code).as("%s", this).isIn((Object[]) allowed);
                }
            });
            return this;
        }

        int refusedWith(String code) {
            return refused.getOrDefault(code, 0);
        }
    }

    Account account() {
        int[] outcomes = new int[FIRST_CODE + codes.size()];
        int twice = 0;
        int elsewhere = 0;
        int misled = 0;
        int all = sent.get();
        for (int i = 0; i < all; i++) {
            int word = messages.get(i);
            int outcome = word >>> OUTCOME_SHIFT;
            outcomes[outcome]++;
            boolean idempotent = (word & IDEMPOTENT) != 0;
            boolean neverSent = outcome == CLOSED
                    || outcome >= FIRST_CODE && SAFE.contains(codes.get(outcome - FIRST_CODE));
            twice += (word & DELIVERIES) > 1 && !idempotent ? 1 : 0;
            elsewhere += (word & ELSEWHERE) != 0 ? 1 : 0;
            misled += (word & MISLED) != 0 || (word & REPLIES) > REPLY
                    || neverSent && !idempotent && (word & DELIVERIES) > 0
                    || outcome == ANSWERED && (word & DELIVERIES) == 0 ? 1 : 0;
        }
        Map<String, Integer> refused = new TreeMap<>();
        for (int i = 0; i < codes.size(); i++) {
            refused.put(codes.get(i), outcomes[FIRST_CODE + i]);
        }
        return new Account(all, outcomes[ANSWERED], refused, outcomes[BROKEN], outcomes[CLOSED], outcomes[0], twice,
                elsewhere, misled, List.copyOf(complaints));
    }
}
