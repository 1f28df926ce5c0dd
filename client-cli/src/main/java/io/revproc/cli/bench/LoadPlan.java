package io.revproc.cli.bench;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

import io.revproc.cli.tls.TlsSockets;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a load run.
 *
 * @param targets     connections go to these in turn
 * @param connections how many at a time, 1 to 65,000
 * @param depth       the most messages in flight on each, 1 to 65,536; always 1 with a connection per message
 * @param keep        whether connections are kept; otherwise each message has its own
 * @param policies    messages go to these in turn
 * @param policyPer   what takes turns with the policies
 * @param payloadSize characters of the payload
 * @param verify      what answers are compared with
 * @param warmup      before it nothing counts
 * @param duration    of the measurement
 * @param messages    end after this many, if that is earlier; 0: no such end
 * @param rate        messages per second that are due, whether or not answers come (open loop); 0: as fast as answers come
 * @param threads     1 to 64
 * @param timeout     a message without an answer for this long is an error, and its connection is opened anew
 * @param tls         null: in plain text
 */
public record LoadPlan(List<InetSocketAddress> targets, int connections, int depth, boolean keep, List<String> policies,
        PolicyPer policyPer, int payloadSize, Verify verify, Duration warmup, Duration duration, long messages,
        double rate,
        int threads,
        Duration timeout, @Nullable TlsSockets tls) {
    /** Whether each message or each connection takes the next policy. */
    public enum PolicyPer {
        /** One message after the other, whatever its connection. */
        MESSAGE,
        /** All messages of a connection are of one policy. */
        CONNECTION
    }

    public LoadPlan {
        targets = List.copyOf(targets);
        policies = List.copyOf(policies);
        require(!targets.isEmpty() && !policies.isEmpty(), "a target and a policy are needed");
        require(connections >= 1 && connections <= 65_000, "--connections is 1 to 65000");
        require(depth >= 1 && depth <= 65_536, "--depth is 1 to 65536");
        require(keep || depth == 1, "--mode connect has one message per connection: leave out --depth");
        require(threads >= 1 && threads <= 64, "--threads is 1 to 64");
        require(payloadSize >= 0 && payloadSize <= 16 * 1024 * 1024, "--payload-size is 0 to 16777216");
        require(rate >= 0 && rate <= 1e8, "--rate is 0 to 100000000");
        require(duration.isPositive() && duration.toDays() <= 7, "--duration is more than 0 and at most a week");
        require(warmup.toDays() <= 7, "--warmup is at most a week");
        require(messages >= 0, "--messages is not negative");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
