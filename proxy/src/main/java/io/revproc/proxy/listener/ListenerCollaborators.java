package io.revproc.proxy.listener;

import io.revproc.proxy.forward.Forwarders;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.route.SwitchTable;

/**
 * The collaborators of the listener.
 *
 * @param forwarders makes the forwarder of each event loop
 * @param observer   listens to what comes
 */
public record ListenerCollaborators(SwitchTable table, Registrar registrar, Forwarders forwarders,
        ListenerObserver observer, Entrance entrance) {}
