package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.Endpoints;
import io.revproc.wire.Ident;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Leases renewed by event loops, swept by the timer, lost and ended meanwhile behave as if one thread did it after the other: an
 * expired lease is not renewed, and each one is reported as expired, and as over, once. Lincheck walks through the ways in which
 * threads can overtake each other.
 */
@Param(name = "lease", gen = IntGen.class, conf = "0:1")
@Param(name = "time", gen = IntGen.class, conf = "0:9")
public class LeaseTableLincheckTest {
    private final List<Lease> leases = new ArrayList<>();
    private final LeaseTable leaseTable = new LeaseTable(3, 4);

    /** Filled by the first one who asks: Lincheck gives objects other hash codes before the operations start. */
    private synchronized LeaseTable table() {
        if (leases.isEmpty()) {
            for (String id : List.of("a", "b")) {
                Lease lease = lease(id);
                leases.add(lease);
                leaseTable.grant(lease, 0);
            }
        }
        return leaseTable;
    }

    @Operation
    public boolean renew(@Param(name = "lease") int number, @Param(name = "time") int now) {
        return table().renew(leases.get(number), now);
    }

    @Operation
    public boolean lose(@Param(name = "lease") int number, @Param(name = "time") int now) {
        return table().lose(leases.get(number), now);
    }

    @Operation
    public void end(@Param(name = "lease") int number) {
        table().end(leases.get(number));
    }

    @Operation
    public String sweep(@Param(name = "time") int now) {
        LeaseTable.Due due = table().sweep(now);
        return names(due.expired()) + " " + names(due.over());
    }

    @Operation
    public long untilDue(@Param(name = "time") int now) {
        return table().untilDue(now);
    }

    @Operation
    public int size() {
        return table().size();
    }

    private static List<String> names(List<Lease> due) {
        return due.stream().map(Lease::id).toList();
    }

    @Test
    void leasesAreRenewedAndEndAsIfOneThreadDidItAfterTheOther() {
        new ModelCheckingOptions().threads(2).actorsPerThread(3).actorsBefore(1).actorsAfter(1).iterations(8)
                .invocationsPerIteration(60).check(LeaseTableLincheckTest.class);
    }

    private static Lease lease(String id) {
        EndpointSpec spec = new EndpointSpec(Ident.of("PP_1"), Ident.of(id), InetAddress.getLoopbackAddress(), 1, 2,
                true, 1,
                null, 1, false, null, null);
        return new Lease(id, Endpoints.of(spec, EndpointState.registered(id)), null);
    }
}
