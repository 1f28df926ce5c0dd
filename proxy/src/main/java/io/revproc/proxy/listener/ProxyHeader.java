package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The PROXY protocol's header, versions 1 and 2, read strictly: what a load balancer puts in front of a connection's bytes to say
 * whose connection it is.
 *
 * @param length how many bytes it has
 * @param source where the connection really comes from; null where the balancer does not say: its own health checks, or a
 *               protocol without such an address
 */
record ProxyHeader(int length, @Nullable InetSocketAddress source) {
    /** The most bytes of a header; those with many extensions have some hundred. */
    static final int MAX_LENGTH = 4096;

    private static final byte[] V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] V2 = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    /** The longest line of version 1, its end included. */
    private static final int V1_MAX_LENGTH = 107;
    private static final int V2_HEAD = 16;
    private static final String PORT = "0|[1-9]\\d{0,4}";

    /** Not a header; the message is one sentence. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String sentence) {
            super(sentence);
        }
    }

    /** @return null as long as it is not complete */
    static @Nullable ProxyHeader parse(byte[] bytes, int length) throws Malformed {
        if (startsAs(V2, bytes, length)) {
            return length < V2_HEAD ? null : binary(bytes, length);
        }
        if (startsAs(V1, bytes, length)) {
            return line(bytes, length);
        }
        throw new Malformed("This connection must begin with a PROXY protocol header, which its load balancer adds");
    }

    private static boolean startsAs(byte[] wanted, byte[] bytes, int length) {
        int n = Math.min(wanted.length, length);
        return Arrays.equals(wanted, 0, n, bytes, 0, n);
    }

    private static @Nullable ProxyHeader line(byte[] bytes, int length) throws Malformed {
        int end = 0;
        int limit = Math.min(length, V1_MAX_LENGTH);
        while (end < limit && bytes[end] != '\n') {
            end++;
        }
        if (end == limit) {
            if (length >= V1_MAX_LENGTH) {
                throw new Malformed("The PROXY protocol header has no end within " + V1_MAX_LENGTH + " bytes");
            }
            return null;
        }
        String text = new String(bytes, 0, end, StandardCharsets.US_ASCII);
        if (!text.endsWith("\r")) {
            throw malformed();
        }
        String[] words = text.substring(0, text.length() - 1).split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return new ProxyHeader(end + 1, null);
        }
        boolean six = words[1].equals("TCP6");
        if (words.length != 6 || !six && !words[1].equals("TCP4")) {
            throw malformed();
        }
        InetAddress source = literal(words[2], six);
        literal(words[3], six);
        port(words[5]);
        return new ProxyHeader(end + 1, new InetSocketAddress(source, port(words[4])));
    }

    private static InetAddress literal(String text, boolean six) throws Malformed {
        // no zones, no shortened forms, nothing but what such a header has
        if (!text.matches(six ? "[0-9a-fA-F:.]{2,39}" : "\\d{1,3}(\\.\\d{1,3}){3}")) {
            throw malformed();
        }
        try {
            InetAddress address = InetAddress.ofLiteral(text);
            if (!six || text.indexOf(':') >= 0) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw malformed();
    }

    private static int port(String text) throws Malformed {
        int port = text.matches(PORT) ? Integer.parseInt(text) : -1;
        if (port < 0 || port > 65535) {
            throw malformed();
        }
        return port;
    }

    private static @Nullable ProxyHeader binary(byte[] bytes, int length) throws Malformed {
        int command = bytes[12] & 0xff;
        int family = bytes[13] & 0xff;
        int rest = unsigned16(bytes, 14);
        if (command != 0x20 && command != 0x21) {
            throw malformed();
        }
        if (V2_HEAD + rest > MAX_LENGTH) {
            throw new Malformed("The PROXY protocol header has more than " + MAX_LENGTH + " bytes");
        }
        if (length < V2_HEAD + rest) {
            return null;
        }
        boolean local = command == 0x20;
        int size = switch (family) {
            case 0x11 -> 4;
            case 0x21 -> 16;
            case 0x00, 0x31 -> 0;
            default -> throw new Malformed("The PROXY protocol header is for a connection that is not TCP");
        };
        if (local || size == 0) {
            return new ProxyHeader(V2_HEAD + rest, null);
        }
        if (rest < 2 * size + 4) {
            throw malformed();
        }
        try {
            InetAddress source = InetAddress.getByAddress(Arrays.copyOfRange(bytes, V2_HEAD, V2_HEAD + size));
            return new ProxyHeader(V2_HEAD + rest,
                    new InetSocketAddress(source, unsigned16(bytes, V2_HEAD + 2 * size)));
        } catch (UnknownHostException e) {
            throw malformed();
        }
    }

    private static int unsigned16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private static Malformed malformed() {
        return new Malformed("The PROXY protocol header is malformed");
    }
}
