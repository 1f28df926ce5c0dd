package io.revproc.wire;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Writes an address with its port, and reads it again, as addresses of the web have it: {@code 192.0.2.7:8080}, {@code [2001:db8::7]:8080}. */
public final class HostPort {
    private HostPort() {}

    /** @param host a name or an address, without brackets */
    public static String text(String host, int port) {
        return text(host, Integer.toString(port));
    }

    /** @param host a name or an address, without brackets */
    public static String text(String host, String port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    public static String text(InetAddress address, int port) {
        return text(address.getHostAddress(), port);
    }

    /** @param address a resolved one */
    public static String text(InetSocketAddress address) {
        return text(address.getAddress(), address.getPort());
    }

    /** Returns the colon before the port; -1 if there is no port. */
    public static int colon(String text) {
        int colon = text.lastIndexOf(':');
        return colon > 0 && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']') ? colon : -1;
    }

    /** Returns the name or address, without port and brackets. */
    public static String host(String text) {
        int colon = colon(text);
        String host = colon < 0 ? text : text.substring(0, colon);
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
