package io.revproc.proxy.stats;

/** The time that a chart covers, and its resolution. */
public enum Span {
    /** Five minutes, a point a second. */
    MINUTES("5m", 1, 300),
    /** An hour, a point every ten seconds. */
    HOUR("1h", 10, 360),
    /** A day, a point a minute. */
    DAY("24h", 60, 1440);

    private final String word;
    private final int step;
    private final int points;

    Span(String word, int step, int points) {
        this.word = word;
        this.step = step;
        this.points = points;
    }

    /** Returns how people write it. */
    public String word() {
        return word;
    }

    /** Returns the seconds between two points. */
    public int step() {
        return step;
    }

    /** Returns how many points there are. */
    public int points() {
        return points;
    }
}
