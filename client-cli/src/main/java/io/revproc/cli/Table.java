package io.revproc.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/** Columns of text, aligned. A column whose name starts with {@code >} is aligned to the right. */
final class Table {
    private final List<String> names;
    private final List<List<Cell>> rows = new ArrayList<>();

    /** @param paint colours the text after it was aligned */
    record Cell(String text, UnaryOperator<String> paint) {
        static Cell of(@Nullable Object value) {
            return of(value, UnaryOperator.identity());
        }

        static Cell of(@Nullable Object value, UnaryOperator<String> paint) {
            return new Cell(Table.text(value), paint);
        }
    }

    /** Returns a value that the proxy told, as a cell or a sentence shows it: safe for a terminal. */
    static String text(@Nullable Object value) {
        return value == null ? "-" : Style.safe(value.toString());
    }

    /** Returns a time that the proxy told, to the second, as a cell shows it. */
    static String time(@Nullable Object value) {
        return text(value).replaceFirst("(T\\d\\d:\\d\\d:\\d\\d)\\.\\d+Z$", "$1Z");
    }

    /** Returns names that the proxy told, with commas; empty if there are none. */
    static String list(@Nullable Object names) {
        return Json.array(names).stream().map(Table::text).collect(Collectors.joining(","));
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
