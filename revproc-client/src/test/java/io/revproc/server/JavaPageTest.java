package io.revproc.server;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The examples of docs/java.md that need nothing but this library. */
class JavaPageTest {
    private static final Path PAGE = Path.of("../docs/java.md");
    private static final Pattern EXAMPLE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CLASS = Pattern.compile("public class (\\w+)");

    /** An example in memory. */
    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static List<Source> examples() throws IOException {
        List<Source> examples = new ArrayList<>();
        EXAMPLE.matcher(Files.readString(PAGE)).results().map(found -> found.group(1)).forEach(text -> {
            var name = CLASS.matcher(text);
            if (name.find() && !text.contains("springframework")) {
                examples.add(new Source(name.group(1), text));
            }
        });
        return examples;
    }

    @Test
    void everyExampleCompilesWithoutAWarning(@TempDir Path classes) throws Exception {
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Source> examples = examples();
        assertThat(examples).hasSizeGreaterThanOrEqualTo(4);
        boolean compiled = compiler.getTask(null, null, found, List.of("-d", classes.toString(), "-proc:none"), null,
                examples).call();
        assertThat(found.getDiagnostics()).isEmpty();
        assertThat(compiled).isTrue();
        try (URLClassLoader loader = new URLClassLoader(new URL[]{classes.toUri().toURL()})) {
            for (Source example : examples) {
                assertThat(loader.loadClass(example.getName().replaceAll(".*/|\\.java", ""))).isPublic();
            }
        }
    }
}
