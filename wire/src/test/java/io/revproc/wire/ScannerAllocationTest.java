package io.revproc.wire;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The routing parse is on the path of every message: it allocates nothing. */
class ScannerAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int SCANS = 10_000;

    private final byte[] message = CodecText.utf8("""
            {"type": "0", "srcid": 1327, "privPoliId": "PP\\u005f2", "x\\u0041": [1, {"y": "z"}, null], "msgId": 17, \
            "payloadsize": 32, "payload": "uddirbgwkejcwxxezgadhwwvonhrhgoié😀", "deadlineMs": 100, "idempotent": true}
            """);
    private final byte[] bad = CodecText.utf8("""
            {"type": 0, "srcid": 1327, "privPoliId": true}""");
    private final MessageScanner scanner = new MessageScanner();
    private final MessageFramer framer = new MessageFramer(1024, scanner);

    @Test
    void scanAllocatesNothing() {
        assertThat(bytesOf(() -> scanner.scan(message, 0, message.length))).isZero();
        assertThat(scanner.dataProblem()).isNull();
    }

    @Test
    void scanOfABadMessageAllocatesNothing() {
        assertThat(bytesOf(() -> scanner.scan(bad, 0, bad.length))).isZero();
        assertThat(scanner.scan(bad, 0, bad.length)).isEqualTo(MessageScanner.INVALID);
    }

    @Test
    void framingOfWholeMessagesAllocatesNothing() {
        assertThat(bytesOf(() -> {
            framer.offer(message, 0, message.length);
            while (framer.poll() == MessageFramer.Event.MESSAGE) {
                // the next one
            }
            framer.park();
        })).isZero();
        assertThat(framer.scanner().policyText()).isEqualTo("PP_2");
    }

    /** The measurement sees what allocates: else the others would prove nothing. */
    @Test
    void textOfThePolicyAllocates() {
        scanner.scan(message, 0, message.length);
        assertThat(bytesOf(scanner::policyText)).isGreaterThan(16L * SCANS);
    }

    /** The least of some rounds: a round in which the JVM links or compiles something counts that, too. */
    private static long bytesOf(Runnable work) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < SCANS; i++) {
                work.run();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
