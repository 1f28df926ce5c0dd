package io.revproc.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.revproc.proxy.peers.Peer;
import io.revproc.proxy.peers.ProxyStatus;
import io.revproc.proxy.peers.ProxyStatus.RecordState;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The proxies that share the table, as JSON. */
@Schema(name = "Proxies", description = "The proxies that share the switch table, this one among them")
record ProxiesView(
        @Schema(description = "Whether the table is kept where other proxies may share it") boolean shared,
        @Schema(description = "Where the table is kept, and how it stands with it. While etcd is lost, what is said of the others is the last that was known", example = "etcd in-step") String store,
        @Schema(description = "By name") List<ProxyView> proxies) {
    /** The state of a proxy. */
    enum State {
        UP, STOPPING, STOPPED, GONE
    }

    /** One proxy. */
    @Schema(name = "Proxy", description = "A proxy, by its own account. Figures are null where it has not said any: versions before 1.0 do not")
    record ProxyView(
            @Schema(description = "The machine's name with the listener's port", example = "edge-1:8123") String name,
            @Schema(description = "Whether it is the one that answers") boolean self,
            @Schema(description = "UP; STOPPING and STOPPED after it said so; GONE if its lease in etcd ended without that") State state,
            @Schema(description = "When this proxy last heard of it") Instant lastSeen,
            @Schema(description = "Since when it has been gone; null while it is there") @Nullable Instant goneSince,
            @Nullable String version,
            @Schema(description = "The address of its dashboard and admin API", example = "http://edge-1:8124/") @Nullable String admin,
            @Nullable Instant startedAt,
            @Schema(description = "Entries in its switch table") @Nullable Integer servers,
            @Schema(description = "Those of them that take messages") @Nullable Integer inRotation,
            @Schema(description = "Policies that had a server and have none") @Nullable Integer policiesWithoutServer,
            @Schema(description = "Messages answered per second, over the last seconds") @Nullable Double messagesPerSecond,
            @Schema(description = "Messages refused or failed per second, over the last seconds") @Nullable Double refusalsPerSecond,
            @Schema(description = "Its delivery record: OFF, KEPT, LATE (entries wait for a checkpoint for over a minute) or FAILING (the disk takes nothing, or less than comes)") @Nullable RecordState record) {

        static ProxyView of(String name, boolean self, State state, Instant seen, @Nullable Instant gone,
                @Nullable ProxyStatus said) {
            if (said == null) {
                return new ProxyView(name, self, state, seen, gone, null, null, null, null, null, null, null, null,
                        null);
            }
            return new ProxyView(name, self, state, seen, gone, said.version(), said.admin(), said.startedAt(),
                    said.servers(), said.inRotation(), said.policiesWithoutServer(), said.messagesPerSecond(),
                    said.refusalsPerSecond(), said.record());
        }

        static ProxyView of(Peer peer) {
            State state = peer.gone() == null
                    ? peer.stopped() ? State.STOPPING : State.UP
                    : peer.stopped() ? State.STOPPED : State.GONE;
            return of(peer.name(), false, state, peer.seen(), peer.gone(), peer.status());
        }
    }

    static ProxiesView of(KnownProxies known, OwnStatus own, String store, Instant now) {
        ProxyStatus self = own.now();
        List<ProxyView> all = new ArrayList<>();
        all.add(ProxyView.of(self.name(), true, State.UP, now, null, self));
        known.others().forEach(peer -> all.add(ProxyView.of(peer)));
        all.sort(Comparator.comparing(ProxyView::name));
        return new ProxiesView(known.shared(), store, all);
    }
}
