package io.revproc.proxy.registration;

/**
 * The most messages that a server gets at once, by what it said at its setup.
 *
 * @param part1    for a Part 1 server, at least 1: such servers take one connection at a time
 * @param proto2   for a server of proto 2, at least 1: its own wish counts up to this
 */
public record ServerLimits(int part1, int proto2) {
    public ServerLimits {
        if (part1 < 1 || proto2 < 1) {
            throw new IllegalArgumentException("a server takes at least 1 message at a time");
        }
    }

    /** @param wish what a server of proto 2 said; 0 if nothing */
    int proto2(int wish) {
        return wish == 0 ? proto2 : Math.min(wish, proto2);
    }
}
