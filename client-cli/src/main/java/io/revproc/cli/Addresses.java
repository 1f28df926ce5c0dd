package io.revproc.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import io.revproc.wire.HostPort;

/**
 * Where the proxy may be: {@code host}, {@code host:port} or {@code [ipv6]:port}, several of them with commas between. A name
 * with several addresses stands for all of them. They are tried in this order.
 */
record Addresses(List<InetSocketAddress> all) {
    /** The most addresses that are tried. */
    private static final int MAX = 64;

    /**
     * @param port for the hosts that do not name one
     * @throws CliException if a part is malformed, or none of the names can be resolved
     */
    static Addresses parse(String hosts, int port) {
        List<InetSocketAddress> all = new ArrayList<>();
        String unknown = "";
        for (String part : hosts.split(",")) {
            if (part.isBlank()) {
                continue;
            }
            InetSocketAddress named = one(part.strip(), port);
            try {
                for (InetAddress address : InetAddress.getAllByName(named.getHostString())) {
                    all.add(new InetSocketAddress(address, named.getPort()));
                }
            } catch (UnknownHostException e) {
                unknown = named.getHostString();
            }
        }
        if (all.isEmpty()) {
            throw unknown.isEmpty()
                    ? CliException.usage("no host in '" + hosts + "'; write host, host:port or a list of them")
                    : new CliException(ExitCode.UNREACHABLE,
                            "no address known for the host '" + unknown + "'; check its name");
        }
        return new Addresses(List.copyOf(all.subList(0, Math.min(MAX, all.size()))));
    }

    private static InetSocketAddress one(String text, int port) {
        int colon = text.lastIndexOf(':');
        boolean bracket = text.startsWith("[");
        boolean bareIpv6 = !bracket && text.indexOf(':') != colon;
        if (colon < 0 || bareIpv6 || text.endsWith("]")) {
            return InetSocketAddress.createUnresolved(text, port(text, Integer.toString(port)));
        }
        return InetSocketAddress.createUnresolved(text.substring(0, colon), port(text, text.substring(colon + 1)));
    }

    private static int port(String text, String port) {
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535) {
            throw CliException.usage("'" + text + "' has no valid port; a port is 1 to 65535");
        }
        return Integer.parseInt(port);
    }

    /** {@code 127.0.0.1:8123}, with commas between several. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (InetSocketAddress address : all) {
            text.append(text.isEmpty() ? "" : ", ").append(HostPort.text(address));
        }
        return text.toString();
    }
}
