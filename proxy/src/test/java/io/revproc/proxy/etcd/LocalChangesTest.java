package io.revproc.proxy.etcd;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.proxy.etcd.LocalChanges.Local;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.Endpoints;
import io.revproc.proxy.route.Origin;
import io.revproc.proxy.route.TableObserver.Change;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LocalChangesTest {
    private static final EntryKey KEY = new EntryKey(Ident.of("PP_1"), Ident.of(1));

    private final AtomicInteger signals = new AtomicInteger();
    private final LocalChanges locals = new LocalChanges(() -> "token", signals::incrementAndGet);
    private final EndpointState state = EndpointState.registered("lease");
    private final Endpoint endpoint = Endpoints.of(new EndpointSpec(KEY.policy(), KEY.id(),
            InetAddress.getLoopbackAddress(), 9, 2, true, 1, null, 1, false, null, null), state);

    @Test
    void lastChangeOfAnEntryCountsAndALookHidesNone() {
        locals.changed(Change.UPDATED, endpoint, state, Origin.HERE);
        assertThat(locals.fetch()).containsEntry(KEY, new Local.Look());
        locals.changed(Change.REGISTERED, endpoint, EndpointState.registered(null), Origin.HERE);
        locals.changed(Change.UPDATED, endpoint, state, Origin.HERE);
        assertThat(locals.fetch()).containsEntry(KEY, new Local.Setup(endpoint, "token"));
        locals.changed(Change.RENEWED, endpoint, state, Origin.HERE);
        assertThat(locals.fetch()).containsEntry(KEY, new Local.Setup(endpoint, "lease"));
        locals.changed(Change.REMOVED, endpoint, state, Origin.HERE);
        assertThat(locals.fetch()).containsEntry(KEY, new Local.Removed(endpoint, "lease", false));
        assertThat(locals.fetch()).isEmpty();
    }

    @Test
    void whatTheStoreDidIsNotToldBackButWhoGaveWayIs() {
        locals.changed(Change.REGISTERED, endpoint, state, Origin.STORE);
        assertThat(locals.waiting(KEY)).isFalse();
        assertThat(signals).hasValue(0);
        locals.displaced(endpoint, state);
        assertThat(locals.waiting(KEY)).isTrue();
        assertThat(locals.size()).isEqualTo(1);
        assertThat(locals.fetch()).containsEntry(KEY, new Local.Removed(endpoint, "lease", true));
    }

    @Test
    void signalComesOnceUntilTheChangesAreFetched() {
        locals.changed(Change.UPDATED, endpoint, state, Origin.HERE);
        locals.changed(Change.UPDATED, endpoint, state, Origin.HERE);
        locals.displaced(endpoint, state);
        assertThat(signals).hasValue(1);
        locals.fetch();
        locals.changed(Change.UPDATED, endpoint, state, Origin.HERE);
        assertThat(signals).hasValue(2);
    }
}
