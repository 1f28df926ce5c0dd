package io.revproc.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Columns of text, aligned. A column whose name starts with {@code >} is aligned to the right. */
final class Table {
    private final List<String> names;
    private final List<List<Cell>> rows = new ArrayList<>();

    /** @param paint colours the text after it was aligned */
    record Cell(String text, UnaryOperator<String> paint) {
        static Cell of(Object text) {
            return new Cell(Style.safe(text.toString()), UnaryOperator.identity());
        }

        static Cell of(Object text, UnaryOperator<String> paint) {
            return new Cell(Style.safe(text.toString()), paint);
        }
    }

    Table(String... names) {
        this.names = List.of(names);
    }

    void row(Cell... cells) {
        rows.add(List.of(cells));
    }

    String show(Style style) {
        int[] widths = new int[names.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = title(i).length();
            for (List<Cell> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).text().length());
            }
        }
        StringBuilder text = new StringBuilder();
        List<Cell> titles = new ArrayList<>();
        for (int i = 0; i < widths.length; i++) {
            titles.add(Cell.of(title(i), style::dim));
        }
        line(text, titles, widths);
        rows.forEach(row -> line(text, row, widths));
        return text.toString();
    }

    private String title(int column) {
        String name = names.get(column);
        return name.startsWith(">") ? name.substring(1) : name;
    }

    private void line(StringBuilder text, List<Cell> row, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            Cell cell = row.get(i);
            String pad = " ".repeat(widths[i] - cell.text().length());
            String painted = cell.paint().apply(cell.text());
            boolean last = i == widths.length - 1;
            boolean right = names.get(i).startsWith(">");
            text.append(right ? pad + painted : last ? painted : painted + pad).append(last ? "" : "  ");
        }
        text.append('\n');
    }
}
