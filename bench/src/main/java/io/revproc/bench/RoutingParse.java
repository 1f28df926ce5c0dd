package io.revproc.bench;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageScanner;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures the cost of framing and the strict routing parse for one message. Run with {@code -prof gc} for the bytes allocated. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RoutingParse {
    /** Characters of the payload. */
    @Param({"32", "1024", "16384"})
    public int payloadSize;

    private byte[] message = new byte[0];
    private final MessageScanner scanner = new MessageScanner();
    private final MessageFramer framer = new MessageFramer(1 << 20, scanner);

    @Setup
    public void prepare() {
        message = ("{\"type\": 0, \"srcid\": 1327, \"privPoliId\": \"PP_2\", \"payloadsize\": " + payloadSize
                + ", \"payload\": \"" + "u".repeat(payloadSize) + "\"}").getBytes(StandardCharsets.US_ASCII);
    }

    @Benchmark
    public int scan() {
        return scanner.scan(message, 0, message.length);
    }

    @Benchmark
    public int frame() {
        framer.offer(message, 0, message.length);
        framer.poll();
        framer.park();
        return framer.end();
    }
}
