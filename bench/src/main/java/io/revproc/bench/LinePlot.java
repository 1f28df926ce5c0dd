package io.revproc.bench;

import java.util.List;
import java.util.Locale;

/** Lines over time as SVG: one below the other, each with a scale of its own that begins at 0, readable on light and dark pages. */
final class LinePlot {
    private static final int WIDTH = 760;
    private static final int LEFT = 80;
    private static final int RIGHT = 20;
    private static final int TOP = 46;
    private static final int PANEL = 120;
    private static final int GAP = 34;

    /** @param values at even distances in time */
    record Line(String name, List<Double> values) {}

    private LinePlot() {}

    /** Returns a plot of one value a second. */
    static String svg(String title, List<Line> lines) {
        return svg(title, lines, 1);
    }

    /** @param step seconds from one value to the next */
    static String svg(String title, List<Line> lines, double step) {
        int height = TOP + lines.size() * (PANEL + GAP);
        StringBuilder svg = new StringBuilder(String.format(Locale.ROOT,
                """
                        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13" role="img">
                        <title>%s</title><rect width="100%%" height="100%%" fill="#ffffff"/>
                        <text x="%d" y="22" font-size="15" font-weight="bold" fill="#111">%s</text>
                        """,
                WIDTH, height, title, LEFT, title));
        for (int i = 0; i < lines.size(); i++) {
            panel(svg, lines.get(i), TOP + i * (PANEL + GAP), step);
        }
        return svg.append("</svg>\n").toString();
    }

    private static void panel(StringBuilder svg, Line line, int y, double step) {
        double top = line.values().stream().mapToDouble(Double::doubleValue).max().orElse(1) * 1.1;
        double scale = top == 0 ? 1 : top;
        for (int i = 0; i <= 2; i++) {
            double at = y + PANEL * (1 - i / 2.0);
            svg.append(String.format(Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#333\">%,.0f</text>%n",
                    LEFT, WIDTH - RIGHT, at, at, LEFT - 8, at + 4, scale * i / 2));
        }
        int n = line.values().size();
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < n; i++) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ",
                    LEFT + (WIDTH - LEFT - RIGHT) * (double) i / Math.max(1, n - 1),
                    y + PANEL * (1 - line.values().get(i) / scale)));
        }
        svg.append(String.format(Locale.ROOT,
                "<polyline fill=\"none\" stroke=\"#0f766e\" stroke-width=\"1.5\" points=\"%s\"/>"
                        + "<text x=\"%d\" y=\"%d\" fill=\"#111\">%s</text>"
                        + "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#333\">%.0f s</text>%n",
                points.toString().strip(), LEFT, y - 6, line.name(), WIDTH - RIGHT, y + PANEL + 16, n * step));
    }
}
