package io.revproc.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real Chromium without a window. Debian's packages are {@code chromium} and {@code chromium-driver}; without them the tests are
 * skipped, and say so.
 */
final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Path SHOTS = Path.of("target", "screenshots");
    private static final Path LIGHTHOUSE = Path.of("../target/npm/node_modules/lighthouse/cli/index.js");
    private static final String AXE = resource("/axe.min.js");

    /** It warns that it does not know this Chromium; what it would do with that is not used here. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    static Browser start() {
        if (!Files.isExecutable(CHROMIUM) || !Files.isExecutable(DRIVER)) {
            System.err.println("SKIPPED, NOT TESTED: the dashboard in a browser. Install chromium and chromium-driver "
                    + "(bin/verify does).");
            Assumptions.abort("SKIPPED: no browser on this machine, install chromium and chromium-driver");
        }
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        // No sandbox: in containers, where tests run as root, there is none. /dev/shm may be small there as well.
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-extensions", "--disable-background-networking", "--lang=en");
        SELENIUM.setLevel(Level.SEVERE);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile())
                .usingAnyFreePort().withSilent(true).build();
        return new Browser(new ChromeDriver(service, options));
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Browser.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void open(String url) {
        driver.get(url);
    }

    void size(int width, int height) {
        driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    void theme(String name) {
        driver.executeCdpCommand("Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", name))));
    }

    WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    String text(String css) {
        return String.valueOf(script("return document.querySelector(arguments[0])?.textContent ?? ''", css));
    }

    /** To whatever has the focus. */
    void type(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    /** The words of what has the focus, as a screen reader says them. */
    String focused() {
        WebElement active = driver.switchTo().activeElement();
        return String.valueOf(active.getAccessibleName());
    }

    void clear(String css) {
        find(css).sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
    }

    Object script(String script, Object... arguments) {
        Object result = ((JavascriptExecutor) driver).executeScript(script, arguments);
        return result == null ? "" : result;
    }

    void await(String what, Supplier<Boolean> condition) {
        new WebDriverWait(driver, PATIENCE, Duration.ofMillis(25)).withMessage(what)
                .ignoring(org.openqa.selenium.StaleElementReferenceException.class,
                        org.openqa.selenium.NoSuchElementException.class)
                .until(any -> condition.get());
    }

    void awaitText(String css, String part) {
        await("'" + part + "' in " + css, () -> text(css).contains(part));
    }

    /** What axe-core finds against WCAG 2.1 A and AA, as "rule: element". */
    List<?> accessibility() {
        script(AXE);
        return (List<?>) driver.executeAsyncScript("""
                const done = arguments[0];
                axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}).then(
                    found => done(found.violations.flatMap(each => each.nodes.map(
                        node => each.id + ': ' + node.target + ' ' + node.failureSummary))),
                    failure => done([String(failure)]));
                """);
    }

    /**
     * Returns what Lighthouse says of a page, looked at with this browser: its scores from 0 to 1 by category, and what costs points.
     * Skips the test where it is not installed.
     */
    JsonNode lighthouse(String url) throws IOException, InterruptedException {
        if (!Files.exists(LIGHTHOUSE)) {
            System.err
                    .println("SKIPPED, NOT TESTED: the dashboard by Lighthouse. bin/verify installs it where npm is.");
            Assumptions.abort("SKIPPED: no Lighthouse in target/npm; bin/verify installs it where npm is");
        }
        Map<?, ?> chromium = (Map<?, ?>) Objects
                .requireNonNull(driver.getCapabilities().getCapability("goog:chromeOptions"));
        String debugger = String.valueOf(chromium.get("debuggerAddress"));
        Path report = Files.createDirectories(SHOTS).resolve("lighthouse.json").toAbsolutePath();
        // The page follows a stream of events: it never gets as quiet as Lighthouse waits for.
        Process process = new ProcessBuilder("node", LIGHTHOUSE.toString(), url, "--quiet",
                "--only-categories=accessibility,best-practices", "--output=json", "--output-path=" + report,
                "--port=" + debugger.substring(debugger.lastIndexOf(':') + 1), "--preset=desktop",
                "--throttling-method=provided", "--max-wait-for-load=5000", "--disable-full-page-screenshot",
                "--no-enable-error-reporting")
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(output);
        }
        return JsonMapper.shared().readTree(Files.readAllBytes(report));
    }

    /** What the browser complained of since the last look. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue()).map(LogEntry::getMessage)
                .toList();
    }

    void shoot(String name) {
        keep(name, driver.getScreenshotAs(OutputType.BYTES));
    }

    /** One element alone. */
    void shoot(String name, String css) {
        keep(name, find(css).getScreenshotAs(OutputType.BYTES));
    }

    private static void keep(String name, byte[] picture) {
        try {
            Files.createDirectories(SHOTS);
            Files.write(SHOTS.resolve(name + ".png"), picture);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps a picture that was made before where the pages have it, if {@code bin/docs --pictures} runs the test. */
    void keepForDocs(String name, String page) {
        if (!Boolean.getBoolean("docs.write")) {
            return;
        }
        try {
            Files.copy(SHOTS.resolve(name + ".png"), Path.of("../docs").resolve(page + ".png"),
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}
