package io.revproc.proxy.access;

import java.net.InetAddress;

/** A network, {@code 10.0.0.0/8} or {@code fd00::/8}; an address alone is the network of that address. Immutable. */
public final class Cidr {
    private final byte[] network;
    private final int prefix;
    private final String text;

    private Cidr(byte[] network, int prefix, String text) {
        this.network = network;
        this.prefix = prefix;
        this.text = text;
    }

    /** @throws IllegalArgumentException with a sentence that says what is wrong */
    public static Cidr of(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        byte[] network;
        try {
            network = InetAddress.ofLiteral(literal).getAddress();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not a network; write one as 10.0.0.0/8 or fd00::/8",
                    e);
        }
        if (slash >= 0 && network.length == 4 && literal.indexOf(':') >= 0) {
            throw new IllegalArgumentException("'" + text
                    + "' is an IPv4 network written as IPv6; write it as IPv4, its prefix length less 96: "
                    + literal.substring(literal.lastIndexOf(':') + 1) + '/' + shorter(text.substring(slash + 1)));
        }
        int bits = network.length * 8;
        int prefix = slash < 0 ? bits : prefix(text, slash + 1, bits);
        for (int bit = prefix; bit < bits; bit++) {
            if ((network[bit / 8] & 0x80 >> bit % 8) != 0) {
                throw new IllegalArgumentException("'" + text + "' has bits set behind its prefix of " + prefix
                        + "; write the network's first address");
            }
        }
        return new Cidr(network, prefix, text);
    }

    private static String shorter(String prefix) {
        int length = prefix.matches("\\d{1,3}") ? Integer.parseInt(prefix) - 96 : -1;
        return length < 0 || length > 32 ? "8" : "" + length;
    }

    private static int prefix(String text, int from, int bits) {
        String digits = text.substring(from);
        if (digits.matches("\\d{1,3}") && Integer.parseInt(digits) <= bits) {
            return Integer.parseInt(digits);
        }
        throw new IllegalArgumentException("'" + text + "' has no prefix length of 0 to " + bits + " behind its slash");
    }

    /** Returns whether the address lies in the network. An IPv4 address is never in an IPv6 network, nor the other way round. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != network.length) {
            return false;
        }
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) {
            if (bytes[i] != network[i]) {
                return false;
            }
        }
        int rest = prefix % 8;
        return rest == 0 || ((bytes[whole] ^ network[whole]) & 0xff00 >> rest & 0xff) == 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
