package io.revproc.proxy.route;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Predicate;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.wire.Ident;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Servers that come, fail, rise and go while others read: what a reader sees is the table after some of these changes and before
 * the others, members and health together, and never an older one than somebody saw before. Lincheck walks through the ways in
 * which threads can overtake each other.
 */
@Param(name = "id", gen = IntGen.class, conf = "1:2")
public class SwitchTableLincheckTest {
    private static final Ident POLICY = Ident.of("PP_1");

    private final InetAddress address = InetAddress.getLoopbackAddress();
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(1, 1),
            () -> Instant.EPOCH, () -> 0);

    @Operation
    public void register(@Param(name = "id") int id, @Param(gen = IntGen.class, conf = "1:2") int port) {
        table.register(new EndpointSpec(POLICY, Ident.of(id), address, port, 1, false, 1, null, 1, false, null, null),
                null);
    }

    @Operation
    public boolean fall(@Param(name = "id") int id) {
        return change(id, endpoint -> table.update(endpoint, EndpointState::fall));
    }

    @Operation
    public boolean remove(@Param(name = "id") int id) {
        return change(id, table::remove);
    }

    /** To find an entry and to change it are two steps: where another one took its place in between, it is that one's turn. */
    private boolean change(int id, Predicate<Endpoint> change) {
        Endpoint endpoint;
        while ((endpoint = table.find(POLICY, Ident.of(id))) != null) {
            if (change.test(endpoint)) {
                return true;
            }
            if (table.find(POLICY, Ident.of(id)) == endpoint) {
                return false;
            }
        }
        return false;
    }

    /** As the event loops read it, without a lock. */
    @Operation
    public String read() {
        RouteTable newest = table.routes();
        PolicyRoutes found = newest.find("PP_1");
        return newest.version()
                + (found == null ? "" : names(found.selectable()) + names(found.onTrial()) + found.endpoints().size());
    }

    private static String names(Endpoint[] endpoints) {
        return Arrays.toString(endpoints);
    }

    @Test
    void readersSeeTheTableOfOneMoment() {
        new ModelCheckingOptions().threads(2).actorsPerThread(3).actorsBefore(1).actorsAfter(1).iterations(12)
                .invocationsPerIteration(60).check(SwitchTableLincheckTest.class);
    }
}
