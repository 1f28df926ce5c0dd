package io.revproc;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

import static org.assertj.core.api.Assertions.assertThat;

/** The drawings of docs/architecture.md are made of the poms and of what the classes import. {@code bin/docs} writes them anew. */
class ArchitectureDrawingTest {
    private static final Path ROOT = Path.of("..");

    @Test
    void drawingOfTheModulesIsThatOfThePoms() throws Exception {
        Map<String, Set<String>> needs = new TreeMap<>();
        Map<String, Set<String>> testsNeed = new TreeMap<>();
        for (String module : texts(pom(ROOT), "modules", "module")) {
            needs.put(module, new TreeSet<>());
            testsNeed.put(module, new TreeSet<>());
            for (Element dependency : children(pom(ROOT.resolve(module)), "dependencies", "dependency")) {
                if ("io.revproc".equals(text(dependency, "groupId"))) {
                    ("test".equals(text(dependency, "scope")) ? testsNeed : needs).getOrDefault(module, Set.of())
                            .add(text(dependency, "artifactId"));
                }
            }
        }
        DependencyGraph modules = new DependencyGraph(needs);
        testsNeed.forEach((module, needed) -> needed.removeIf(other -> modules.reaches(module, other)));
        Map<String, Set<String>> both = new TreeMap<>(needs);
        testsNeed.forEach((module, needed) -> both.merge(module, needed, (a, b) -> {
            Set<String> all = new TreeSet<>(a);
            all.addAll(b);
            return all;
        }));

        assertThat(new DependencyGraph(both).onCycles()).isEmpty();
        List<String> lines = new ArrayList<>(modules.arrows(" --> "));
        testsNeed.forEach((module, needed) -> needed.forEach(other -> lines.add("    " + module + " -.-> " + other)));
        modules.nodes().stream().filter(module -> lines.stream().noneMatch(line -> line.contains(" " + module)))
                .forEach(module -> lines.add("    " + module));
        pageHas("modules", lines);
    }

    @Test
    void drawingOfTheProxysPackagesIsThatOfItsClasses() throws IOException {
        Map<String, Set<String>> used = ArchitectureTest.used("io.revproc");
        Set<String> ofProxy = ArchitectureTest.used(ArchitectureTest.PROXY).keySet();
        DependencyGraph all = new DependencyGraph(used);
        used.keySet().removeIf(name -> !ofProxy.contains(name)
                && ofProxy.stream().noneMatch(from -> all.reaches(from, name)));
        DependencyGraph packages = new DependencyGraph(used);

        assertThat(packages.onCycles()).isEmpty();
        assertThat(packages.nodes()).contains("route", "forward", "listener");
        pageHas("packages", packages.arrows(" --> "));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            a>b b>c,         '', a>b b>c
            a>b b>c a>c,     '', a>b b>c
            a>b b>c c>d a>d, '', a>b b>c c>d
            a>b a>c b>d c>d, '', a>b a>c b>d c>d
            a>b b>a c>a,     a b, a>b b>a c>a
            """)
    void graphFindsCyclesAndLeavesOutWhatFollows(String edges, String onCycles, String arrows) {
        Map<String, Set<String>> graph = new TreeMap<>();
        for (String edge : edges.split(" ")) {
            graph.computeIfAbsent(edge.substring(0, 1), node -> new TreeSet<>()).add(edge.substring(2));
        }
        assertThat(String.join(" ", new DependencyGraph(graph).onCycles())).isEqualTo(onCycles);
        assertThat(new DependencyGraph(graph).arrows(">")).map(String::strip).isEqualTo(List.of(arrows.split(" ")));
    }

    private static void pageHas(String name, List<String> lines) throws IOException {
        String begin = "<!-- drawing of the " + name + ": written by bin/docs, do not edit -->\n";
        String end = "<!-- end of the drawing of the " + name + " -->";
        String page = Files.readString(ArchitectureTest.PAGE);
        assertThat(page).contains(begin, end);
        String expected = page.substring(0, page.indexOf(begin) + begin.length()) + "```mermaid\ngraph TD\n"
                + String.join("\n", lines) + "\n```\n" + page.substring(page.indexOf(end));
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(ArchitectureTest.PAGE, expected);
        }
        assertThat(Files.readString(ArchitectureTest.PAGE)).as("run bin/docs and look at what changed")
                .isEqualTo(expected);
    }

    private static Element pom(Path module) throws Exception {
        File file = module.resolve("pom.xml").toFile();
        return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(file).getDocumentElement();
    }

    private static List<String> texts(Element parent, String group, String name) {
        return children(parent, group, name).stream().map(Element::getTextContent).toList();
    }

    private static List<Element> children(Element parent, String group, String name) {
        return elements(parent, group).stream().flatMap(one -> elements(one, name).stream()).toList();
    }

    private static String text(Element parent, String name) {
        return elements(parent, name).stream().map(Element::getTextContent).findFirst().orElse("");
    }

    private static List<Element> elements(Element parent, String name) {
        return IntStream.range(0, parent.getChildNodes().getLength()).mapToObj(parent.getChildNodes()::item)
                .filter(node -> node.getNodeType() == Node.ELEMENT_NODE && node.getNodeName().equals(name))
                .map(Element.class::cast).toList();
    }
}
