package io.revproc.cli.bench;

/** Which prepared message comes next, over and over. Belongs to one thread. */
final class MessageCycle {
    private final int step;
    private final int size;
    private int at;

    /**
     * @param first the message to begin with
     * @param step  how far it is to the next one; a part of the size
     * @param size  how many there are
     */
    MessageCycle(int first, int step, int size) {
        this.at = first % size;
        this.step = step;
        this.size = size;
    }

    int next() {
        int chosen = at;
        at = (at + step) % size;
        return chosen;
    }
}
