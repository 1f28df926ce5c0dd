package io.revproc.proxy.route;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/** The entries of the switch table, found by policy and id and by address and port. Guarded by the table's lock. */
final class Entries {
    /** The entries by id, in order of registration. An entry that replaces another one takes its place. */
    private final Map<Ident, Map<Ident, Endpoint>> byPolicy = new HashMap<>();
    private final Map<Place, List<Endpoint>> byPlace = new HashMap<>();

    private record Place(InetAddress address, int port) {
        static Place of(EndpointSpec spec) {
            return new Place(spec.address(), spec.port());
        }
    }

    static boolean samePlace(EndpointSpec one, EndpointSpec other) {
        return Place.of(one).equals(Place.of(other));
    }

    @Nullable
    Endpoint find(Ident policy, Ident id) {
        return byPolicy.getOrDefault(policy, Map.of()).get(id);
    }

    boolean has(Endpoint endpoint) {
        return find(endpoint.spec().policy(), endpoint.spec().id()) == endpoint;
    }

    /** Returns the entries of a policy, in their order; a new array. */
    Endpoint[] of(Ident policy) {
        return byPolicy.getOrDefault(policy, Map.of()).values().toArray(Endpoint[]::new);
    }

    void forEach(Consumer<Endpoint> action) {
        byPolicy.values().forEach(byId -> byId.values().forEach(action));
    }

    /** Returns the entries at this server's address and port; a view. */
    List<Endpoint> at(EndpointSpec spec) {
        return byPlace.getOrDefault(Place.of(spec), List.of());
    }

    /** Puts an entry in the place of the one with its policy and id, or behind the others of its policy. */
    void put(Endpoint endpoint) {
        EndpointSpec spec = endpoint.spec();
        Endpoint old = byPolicy.computeIfAbsent(spec.policy(), policy -> new LinkedHashMap<>()).put(spec.id(),
                endpoint);
        if (old != null) {
            leavePlace(old);
        }
        byPlace.computeIfAbsent(Place.of(spec), place -> new ArrayList<>(1)).add(endpoint);
    }

    /** Takes an entry out that is in. */
    void remove(Endpoint endpoint) {
        EndpointSpec spec = endpoint.spec();
        Map<Ident, Endpoint> byId = byPolicy.getOrDefault(spec.policy(), Map.of());
        byId.remove(spec.id());
        if (byId.isEmpty()) {
            byPolicy.remove(spec.policy());
        }
        leavePlace(endpoint);
    }

    private void leavePlace(Endpoint endpoint) {
        Place place = Place.of(endpoint.spec());
        List<Endpoint> there = byPlace.get(place);
        if (there != null && there.remove(endpoint) && there.isEmpty()) {
            byPlace.remove(place);
        }
    }

    /**
     * Orders a policy's entries by rank, smallest first; those without one stay behind, as they came.
     *
     * @return whether the order is another one now
     */
    boolean sort(Ident policy) {
        Endpoint[] before = of(policy);
        Endpoint[] sorted = before.clone();
        Arrays.sort(sorted, Comparator.comparingLong(Endpoint::rank));
        if (Arrays.equals(before, sorted)) {
            return false;
        }
        Map<Ident, Endpoint> byId = new LinkedHashMap<>();
        for (Endpoint endpoint : sorted) {
            byId.put(endpoint.spec().id(), endpoint);
        }
        byPolicy.put(policy, byId);
        return true;
    }
}
