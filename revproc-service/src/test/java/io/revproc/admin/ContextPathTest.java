package io.revproc.admin;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The pages below a path of their own (server.servlet.context-path), in a real browser. */
class ContextPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "/x"})
    void thePagesAskBelowThePathAtWhichTheyAre(String path) {
        try (Browser browser = Browser.start();
                AdminProxy proxy = AdminProxy.withoutAccounts("127.0.0.1", "--server.servlet.context-path=" + path)) {
            String base = "http://127.0.0.1:" + proxy.port() + path;
            browser.open(base + "/swagger-ui.html");
            click(browser, "[data-path=\"/admin/policies\"] a");
            click(browser, ".try-out__btn");
            click(browser, ".execute");
            browser.awaitText(".request-url", "/admin/policies");
            assertThat(browser.text(".request-url")).contains(base + "/admin/policies");
            browser.awaitText(".live-responses-table .response .response-col_status", "200");

            browser.open(base + "/");
            browser.awaitText("#link", "live");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    private static void click(Browser browser, String css) {
        browser.await(css, () -> !browser.all(css).isEmpty());
        browser.script("document.querySelector(arguments[0]).click()", css);
    }
}
