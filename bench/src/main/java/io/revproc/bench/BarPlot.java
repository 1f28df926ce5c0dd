package io.revproc.bench;

import java.util.List;
import java.util.Locale;

/** A bar chart as SVG: groups of bars, a whisker from minimum to maximum on each, readable on light and dark pages. */
final class BarPlot {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 340;
    private static final int LEFT = 70;
    private static final int TOP = 50;
    private static final int BOTTOM = 60;
    private static final List<String> COLORS = List.of("#0f766e", "#b45309", "#1d4ed8", "#7c3aed", "#be185d",
            "#4b5563");

    private BarPlot() {}

    /**
     * @param series one list per name, a figure per label
     * @param line   where to draw a reference line; NaN: none
     */
    static String svg(String title, List<String> labels, List<String> names, List<List<Spread>> series, double line) {
        double top = series.stream().flatMap(List::stream).mapToDouble(Spread::max).max().orElse(1);
        top = Math.max(top, Double.isNaN(line) ? 0 : line) * 1.1;
        double plotHeight = HEIGHT - TOP - BOTTOM;
        StringBuilder svg = new StringBuilder(String.format(Locale.ROOT,
                """
                        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13" role="img">
                        <title>%s</title><rect width="100%%" height="100%%" fill="#ffffff"/>
                        <text x="%d" y="24" font-size="15" font-weight="bold" fill="#111">%s</text>
                        """,
                WIDTH, HEIGHT, title, LEFT, title));
        for (int i = 0; i <= 4; i++) {
            double value = top * i / 4;
            double y = TOP + plotHeight * (1 - i / 4.0);
            svg.append(String.format(Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#333\">%s</text>%n",
                    LEFT, WIDTH - 20, y, y, LEFT - 8, y + 4,
                    String.format(Locale.ROOT, top > 100 ? "%,.0f" : "%.2f", value)));
        }
        double group = (WIDTH - 20.0 - LEFT) / labels.size();
        double bar = group * 0.7 / names.size();
        for (int g = 0; g < labels.size(); g++) {
            for (int s = 0; s < names.size(); s++) {
                Spread figure = series.get(s).get(g);
                double x = LEFT + g * group + group * 0.15 + s * bar;
                double y = TOP + plotHeight * (1 - figure.median() / top);
                double middle = x + bar / 2 - 1;
                svg.append(String.format(Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>"
                                + "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#111\"/>%n",
                        x, y, bar - 2, plotHeight + TOP - y, color(s), middle, middle,
                        TOP + plotHeight * (1 - figure.max() / top), TOP + plotHeight * (1 - figure.min() / top)));
            }
            svg.append(String.format(Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#333\">(%s)</text>%n",
                    LEFT + g * group + group / 2, HEIGHT - BOTTOM + 18, labels.get(g)));
        }
        if (!Double.isNaN(line)) {
            double y = TOP + plotHeight * (1 - line / top);
            svg.append(String.format(Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#b91c1c\" stroke-dasharray=\"6 4\"/>%n",
                    LEFT, WIDTH - 20, y, y));
        }
        for (int s = 0; s < names.size(); s++) {
            int x = LEFT + s * Math.min(160, (WIDTH - LEFT) / names.size());
            svg.append(String.format(Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>"
                            + "<text x=\"%d\" y=\"%d\" fill=\"#333\">%s</text>%n",
                    x, HEIGHT - 22, color(s), x + 18, HEIGHT - 12, names.get(s)));
        }
        return svg.append("</svg>\n").toString();
    }

    private static String color(int series) {
        return COLORS.get(series % COLORS.size());
    }
}
