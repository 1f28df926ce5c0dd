package io.revproc.start;

import java.net.InetAddress;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Where a program will listen, as its settings say it.
 *
 * @param setting names the port
 * @param port    0: any free one; less: none
 * @param address null: all of this machine's
 */
public record PortPlace(String setting, int port, @Nullable InetAddress address) {
    /** @throws WrongSettingException if both can't be open at the same time */
    public void requireApartFrom(PortPlace other) {
        if (port > 0 && isAlso(other)) {
            throw new WrongSettingException(
                    setting + " and " + other.setting + " are both " + port + "; give one of them another", null);
        }
    }

    private boolean isAlso(PortPlace other) {
        return port == other.port
                && (isEverywhere() || other.isEverywhere() || Objects.equals(address, other.address));
    }

    private boolean isEverywhere() {
        return address == null || address.isAnyLocalAddress();
    }
}
