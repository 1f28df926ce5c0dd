package io.revproc.proxy.stats;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Some figures of one thing at the three resolutions of {@link Span}. What is not known is not a number. Takes 8.4 kB for each figure. Not
 * thread-safe.
 */
final class Series {
    /** A clock that goes back by more than this many points begins anew. */
    private static final int BACK = 2;
    private static final long NEVER = Long.MIN_VALUE;

    private final int figures;
    private final IntPredicate isMost;
    private final Ring[] rings = new Ring[Span.values().length];

    /** @param isMost whether the figure of this number is told by its highest value, not by the mean */
    Series(int figures, IntPredicate isMost) {
        this.figures = figures;
        this.isMost = isMost;
        for (Span span : Span.values()) {
            rings[span.ordinal()] = new Ring(span);
        }
    }

    /** @param second since 1970 */
    void add(long second, float[] values) {
        for (Ring ring : rings) {
            ring.add(second, values);
        }
    }

    /**
     * Returns one figure's points, oldest first.
     *
     * @param second the last point is the one of this second
     */
    float[] points(Span span, int figure, long second) {
        return rings[span.ordinal()].points(figure, second);
    }

    void write(DataOutput out) throws IOException {
        for (Ring ring : rings) {
            out.writeLong(ring.last);
            out.writeInt(ring.count);
            for (float[] row : ring.rows) {
                for (float value : row) {
                    out.writeFloat(value);
                }
            }
        }
    }

    void read(DataInput in) throws IOException {
        for (Ring ring : rings) {
            ring.last = in.readLong();
            ring.count = in.readInt();
            for (float[] row : ring.rows) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = in.readFloat();
                }
            }
        }
    }

    /** The newest points at one resolution; a point's place is its number modulo the length. */
    private final class Ring {
        private final Span span;
        private final float[][] rows;
        private long last = NEVER;
        /** Seconds that the last point is made of. */
        private int count;

        Ring(Span span) {
            this.span = span;
            this.rows = new float[figures][span.points()];
            for (float[] row : rows) {
                Arrays.fill(row, Float.NaN);
            }
        }

        void add(long second, float[] values) {
            long point = Math.floorDiv(second, span.step());
            if (last != NEVER && point < last && last - point <= BACK) {
                point = last;
            }
            if (last == NEVER || point < last || point - last >= span.points()) {
                for (float[] row : rows) {
                    Arrays.fill(row, Float.NaN);
                }
                last = point;
                count = 0;
            }
            while (last < point) {
                last++;
                count = 0;
                for (float[] row : rows) {
                    row[place(last)] = Float.NaN;
                }
            }
            int place = place(point);
            for (int i = 0; i < rows.length; i++) {
                rows[i][place] = combined(rows[i][place], values[i], isMost.test(i));
            }
            count++;
        }

        private float combined(float before, float value, boolean most) {
            if (Float.isNaN(value) || Float.isNaN(before)) {
                return Float.isNaN(value) ? before : value;
            }
            return most ? Math.max(before, value) : (before * count + value) / (count + 1);
        }

        float[] points(int figure, long second) {
            float[] points = new float[span.points()];
            long newest = Math.floorDiv(second, span.step());
            for (int i = 0; i < points.length; i++) {
                long point = newest - points.length + 1 + i;
                boolean known = last != NEVER && point <= last && last - point < points.length;
                points[i] = known ? rows[figure][place(point)] : Float.NaN;
            }
            return points;
        }

        private int place(long point) {
            return Math.floorMod(point, span.points());
        }
    }
}
