package io.revproc.chart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What Kubernetes does when the objects of one rendering follow those of another: object by object, by the rules of its API on what may change
 * and what a change of it does to pods and claims. The pod of {@code helm test} is left out, since nothing starts it.
 */
final class Rollout {
    /** Of the spec, by kind: what may not change at all. */
    private static final Map<String, Set<String>> IMMUTABLE = Map.of("Deployment", Set.of("selector"), "Secret",
            Set.of(),
            "Service", Set.of("clusterIP"));
    /** What alone may change in a StatefulSet's spec. */
    private static final Set<String> CHANGEABLE = Set.of("replicas", "ordinals", "template", "updateStrategy",
            "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds");

    private Rollout() {}

    /** Returns a line for each object that something happens to, in order of their names. */
    static List<String> between(String before, String after) {
        Map<String, JsonNode> old = objects(before);
        Map<String, JsonNode> now = objects(after);
        Set<String> names = new TreeSet<>(old.keySet());
        names.addAll(now.keySet());
        List<String> lines = new ArrayList<>();
        for (String name : names) {
            JsonNode was = old.get(name);
            JsonNode is = now.get(name);
            String line = was == null ? "new" : is == null ? removed(was) : changed(was, is);
            if (!line.isEmpty()) {
                lines.add(name + ": " + line);
            }
        }
        return lines;
    }

    private static Map<String, JsonNode> objects(String text) {
        Map<String, JsonNode> objects = new TreeMap<>();
        for (JsonNode object : Yaml.documents(text)) {
            String kind = object.path("kind").asString();
            if (!kind.equals("Pod")) {
                objects.put(kind + " " + object.at("/metadata/name").asString(), object);
            }
        }
        return objects;
    }

    private static String removed(JsonNode object) {
        return "removed" + kept(object, 0, "whenDeleted");
    }

    private static String changed(JsonNode was, JsonNode is) {
        if (was.equals(is)) {
            return "";
        }
        String refused = refused(was, is);
        if (refused != null) {
            return "refused, since " + refused + " can not change";
        }
        List<String> what = new ArrayList<>();
        if (is.at("/spec/template").isObject() && !was.at("/spec/template").equals(is.at("/spec/template"))) {
            what.add("pods replaced " + manner(is));
        }
        int before = was.at("/spec/replicas").asInt(1);
        int after = is.at("/spec/replicas").asInt(1);
        if (before != after) {
            what.add(before + " to " + after + " pods" + kept(was, after, "whenScaled"));
        }
        return what.isEmpty() ? "changed in place" : String.join(", ", what);
    }

    /** What of it the API does not let change; null if it takes the change. */
    private static @Nullable String refused(JsonNode was, JsonNode is) {
        String kind = is.path("kind").asString();
        if (!was.path("type").equals(is.path("type"))) {
            return "type";
        }
        Set<String> fields = new TreeSet<>(was.path("spec").propertyNames());
        fields.addAll(is.path("spec").propertyNames());
        for (String field : fields) {
            boolean fixed = kind.equals("StatefulSet")
                    ? !CHANGEABLE.contains(field)
                    : IMMUTABLE.getOrDefault(kind, Set.of()).contains(field);
            if (fixed && !was.path("spec").path(field).equals(is.path("spec").path(field))) {
                return "spec." + field;
            }
        }
        return null;
    }

    private static String manner(JsonNode object) {
        if (object.path("kind").asString().equals("StatefulSet")) {
            return object.at("/spec/updateStrategy/type").asString("RollingUpdate").equals("OnDelete")
                    ? "when somebody removes them"
                    : "one by one";
        }
        if (object.at("/spec/strategy/type").asString("RollingUpdate").equals("Recreate")) {
            return "the old one first";
        }
        return object.at("/spec/strategy/rollingUpdate/maxUnavailable").asString("25%").equals("0")
                ? "the new one first"
                : "several at a time";
    }

    /** The claims of pods from this number on that stay where the pods do not. */
    private static String kept(JsonNode object, int from, String when) {
        if (!object.at("/spec/persistentVolumeClaimRetentionPolicy/" + when).asString("Retain").equals("Retain")) {
            return "";
        }
        List<String> claims = IntStream.range(from, object.at("/spec/replicas").asInt(1))
                .mapToObj(pod -> object.at("/spec/volumeClaimTemplates").valueStream()
                        .map(claim -> claim.at("/metadata/name").asString() + "-"
                                + object.at("/metadata/name").asString() + "-" + pod))
                .flatMap(each -> each).toList();
        return claims.isEmpty() ? "" : ", " + String.join(" ", claims) + " kept";
    }

    /** The same rendering as another version of the chart makes it. */
    static String ofChart(String version, String rendering) {
        Map<String, String> both = new LinkedHashMap<>();
        for (JsonNode object : Yaml.documents(rendering)) {
            String chart = object.at("/metadata/labels").path("helm.sh/chart").asString("");
            if (!chart.isEmpty()) {
                both.put(chart, chart.replaceFirst("-[^-]*$", "-" + version));
            }
        }
        String text = rendering;
        for (Map.Entry<String, String> each : both.entrySet()) {
            text = text.replace("helm.sh/chart: " + each.getKey(), "helm.sh/chart: " + each.getValue());
        }
        return text;
    }
}
