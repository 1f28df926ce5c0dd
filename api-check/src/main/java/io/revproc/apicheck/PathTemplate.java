package io.revproc.apicheck;

import java.util.Comparator;
import java.util.regex.Pattern;

/** A path of the description, such as {@code /admin/routes/{policy}}. What says more comes before what says less. */
record PathTemplate(String text, Pattern pattern) implements Comparable<PathTemplate> {
    private static final Comparator<PathTemplate> ORDER = Comparator
            .comparing((PathTemplate each) -> each.text().replaceAll("\\{[^}]*}", "\uffff"));

    /** @param severalSegments whether its last parameter holds slashes */
    PathTemplate(String text, boolean severalSegments) {
        this(text, Pattern.compile(regex(text, severalSegments)));
    }

    boolean matches(String path) {
        return pattern.matcher(path).matches();
    }

    private static String regex(String text, boolean severalSegments) {
        String regex = Pattern.quote(text).replaceAll("\\{[^}]*}", "\\\\E[^/]+\\\\Q");
        return severalSegments ? regex.replaceFirst("\\[\\^/]\\+(?!.*\\[)", ".+") : regex;
    }

    @Override
    public int compareTo(PathTemplate other) {
        return ORDER.compare(this, other);
    }
}
