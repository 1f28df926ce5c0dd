package io.revproc.proxy.access;

import java.net.InetAddress;

/**
 * Whom an address is counted as: an IPv4 address as itself, an IPv6 address as its /64, since whoever has one of those has all.
 *
 * @param bits the address, or the first half of it
 */
public record AddressKey(long bits, boolean six) {
    public static AddressKey of(InetAddress address) {
        byte[] bytes = address.getAddress();
        long bits = 0;
        for (int i = 0; i < Math.min(bytes.length, Long.BYTES); i++) {
            bits = bits << 8 | bytes[i] & 0xff;
        }
        return new AddressKey(bits, bytes.length > 4);
    }
}
