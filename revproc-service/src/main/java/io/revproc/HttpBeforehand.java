package io.revproc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.tls.TlsException;
import io.revproc.start.FrameworkFailures;
import io.revproc.start.HttpPort;
import io.revproc.start.PortPlace;
import io.revproc.start.WrongSettingException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerSslBundle;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;

/**
 * Finds what would stop the HTTP side before the listener takes a message: a port that is taken or that the listener has too, an address that is no
 * address of this machine, TLS that can't be set up. Each is one sentence for a person that names the setting.
 */
final class HttpBeforehand {
    private static final int DEFAULT_PORT = 8080;

    /** One end of HTTP as the settings have it. */
    private record End(HttpPort names, @Nullable Integer port, @Nullable InetAddress address, @Nullable Ssl ssl) {
        PortPlace place() {
            return new PortPlace(names.setting("port"), Objects.requireNonNullElse(port, DEFAULT_PORT), address);
        }
    }

    private final List<End> ends = new ArrayList<>();

    /**
     * @param type whether management has a port of its own
     * @throws WrongSettingException if management shall have an address or TLS of its own, without a port of its own
     */
    HttpBeforehand(ServerProperties http, ManagementServerProperties management, ManagementPortType type) {
        ends.add(new End(HttpPort.SERVER, http.getPort(), http.getAddress(), http.getSsl()));
        if (type == ManagementPortType.DIFFERENT) {
            ends.add(new End(HttpPort.MANAGEMENT, management.getPort(), management.getAddress(), management.getSsl()));
        } else if (type == ManagementPortType.SAME) {
            requireOwnPort("address", management.getAddress() != null);
            requireOwnPort("ssl", Ssl.isEnabled(management.getSsl()));
        }
    }

    private static void requireOwnPort(String setting, boolean set) {
        if (set) {
            throw new WrongSettingException(HttpPort.MANAGEMENT.setting(setting) + " needs a port of its own; set "
                    + HttpPort.MANAGEMENT.setting("port") + " to another port than "
                    + HttpPort.SERVER.setting("port"), null);
        }
    }

    /** @throws WrongSettingException if one of the ports can't be opened beside the listener's */
    void requireFree(ListenerSettings listener) {
        PortPlace taken = new PortPlace("revproc.listener.port", listener.port(), listener.address());
        for (End end : ends) {
            PortPlace place = end.place();
            if (place.port() > 0) {
                place.requireApartFrom(taken);
                probe(end.names(), place);
            }
        }
    }

    private static void probe(HttpPort names, PortPlace place) {
        InetSocketAddress address = place.address() == null
                ? new InetSocketAddress(place.port())
                : new InetSocketAddress(place.address(), place.port());
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address);
        } catch (IOException e) {
            PortInUseException.ifPortBindingException(e, _ -> {
                throw new WrongSettingException(names.taken(place.port()), e);
            });
            String host = place.address() == null ? null : place.address().getHostAddress();
            String sentence = names.cannotListen(String.valueOf(e.getMessage()), host);
            throw new WrongSettingException(sentence == null ? FrameworkFailures.unknown(e) : sentence, e);
        }
    }

    /** @throws TlsException if TLS of one of the ends can't be set up */
    void requireTls(SslBundles bundles) {
        for (End end : ends) {
            Ssl ssl = end.ssl();
            if (end.place().port() >= 0 && ssl != null && ssl.isEnabled()) {
                requireUsable(end.names().setting("ssl"), ssl, bundles);
            }
        }
    }

    private static void requireUsable(String setting, Ssl ssl, SslBundles bundles) {
        String what = ssl.getBundle() == null
                ? setting + ": the certificate"
                : setting + ".bundle: the bundle '" + ssl.getBundle() + "'";
        try {
            SslBundle bundle = WebServerSslBundle.get(ssl, bundles);
            bundle.createSslContext();
            if (bundle.getStores().getKeyStore() == null) {
                throw TlsException.unusable(what, new IllegalArgumentException("it has no certificate to show"));
            }
            ssl.getServerNameBundles().forEach(each -> bundles.getBundle(each.bundle()));
        } catch (NoSuchSslBundleException e) {
            boolean first = e.getBundleName().equals(ssl.getBundle());
            throw TlsException.undefined(setting + (first ? ".bundle" : ".server-name-bundles"), e.getBundleName());
        } catch (TlsException e) {
            throw e;
        } catch (RuntimeException e) {
            throw TlsException.unusable(what, e);
        }
    }
}
