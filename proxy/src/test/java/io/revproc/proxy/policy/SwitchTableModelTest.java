package io.revproc.proxy.policy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A model of the table's rules in Alloy 6: leases, replacement, the end of grants, the hierarchy, two proxies and a store. In small scopes
 * there is no state in which a message is routed that must not be, and faults that are put into the model are found. Alloy has a class loader of
 * its own: it brings a copy of half the world.
 */
class SwitchTableModelTest {
    /** The build puts it there. */
    private static final Path ALLOY = Path.of("target/alloy/alloy.jar");

    @Test
    void noMessageIsRoutedWithoutALiveGrantALeaseAndAPolicyThatIsWritten() throws Exception {
        assertThat(hasInstance(model(), "safe")).as("a counterexample").isFalse();
    }

    @Test
    void theModelHasAMessageOfAWiderPolicyThatGoesToAnotherProxysServer() throws Exception {
        assertThat(hasInstance(model(), "widened")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            grant       | l.by in grants and l.policy in l.by.covers | l.policy in l.by.covers
            hierarchy   | p -> l.policy in may                       | p -> l.policy in ^may
            hierarchy   | p -> l.policy in may                       | (p -> l.policy in may or l.policy -> p in may)
            told        | and p in l.told                            | and p in Policy
            replacement | Store.entries' = Store.entries - old + l   | Store.entries' = Store.entries + l
            end         | Store.entries' = Store.entries - l         | Store.entries' = Store.entries
            publish     | publish[l.home]                            | l.home.routes' = l.home.routes
            apply       | publish[p]                                 | p.routes' = p.routes
            sync        | p.knows' = Store.entries                   | p.knows' = p.knows + Store.entries
            """)
    void aFaultThatIsPutIntoItIsFound(String name, String right, String wrong) throws Exception {
        List<String> lines = model().lines().toList();
        List<String> faulty = lines.stream()
                .map(line -> line.endsWith("// " + name) ? line.replace(right, wrong) : line).toList();
        assertThat(faulty).as("the line of that name").isNotEqualTo(lines);
        assertThat(hasInstance(String.join("\n", faulty), "safe")).as("a counterexample").isTrue();
    }

    private static String model() throws IOException {
        try (InputStream in = Objects
                .requireNonNull(SwitchTableModelTest.class.getResourceAsStream("/switchtable.als"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Returns whether the command finds something: an example of what it runs, or a counterexample to what it checks. */
    private static boolean hasInstance(String model, String command) throws Exception {
        assertThat(Files.exists(ALLOY)).as(ALLOY + ", which Maven copies before the tests").isTrue();
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader alloy = new URLClassLoader(new URL[]{ALLOY.toUri().toURL()},
                ClassLoader.getPlatformClassLoader())) {
            thread.setContextClassLoader(alloy);
            Class<?> reporter = alloy.loadClass("edu.mit.csail.sdg.alloy4.A4Reporter");
            Object silent = reporter.getField("NOP").get(null);
            Object world = alloy.loadClass("edu.mit.csail.sdg.parser.CompUtil")
                    .getMethod("parseEverything_fromString", reporter, String.class).invoke(null, silent, model);
            Class<?> options = alloy.loadClass("edu.mit.csail.sdg.translator.A4Options");
            Class<?> wanted = alloy.loadClass("edu.mit.csail.sdg.ast.Command");
            Method execute = alloy.loadClass("edu.mit.csail.sdg.translator.TranslateAlloyToKodkod")
                    .getMethod("execute_command", reporter, Iterable.class, wanted, options);
            for (Object each : (Iterable<?>) world.getClass().getMethod("getAllCommands").invoke(world)) {
                if (command.equals(wanted.getField("label").get(each))) {
                    Object found = execute.invoke(null, silent,
                            world.getClass().getMethod("getAllReachableSigs").invoke(world), each,
                            options.getConstructor().newInstance());
                    return (boolean) found.getClass().getMethod("satisfiable").invoke(found);
                }
            }
            throw new AssertionError("no command " + command);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
