package io.revproc.admin;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.listener.TcpListener;
import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.stats.History;
import io.revproc.proxy.stats.ListenerCounts;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.witness.WitnessKey;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The page at / as a person sees it: a whole proxy, a real browser. */
class DashboardTest {
    private static final String TOKEN = "operators-token";
    private static AdminProxy proxy;
    private static Browser browser;
    private static SwitchTable table;

    @TempDir
    static Path record;

    @BeforeAll
    static void start() throws IOException {
        browser = Browser.start();
        NoteKey witness = WitnessKey.in(record, null, "w.example").key();
        proxy = AdminProxy.withAccounts("127.0.0.1", "--revproc.audit.directory=" + record.resolve("record"),
                "--revproc.audit.witnesses=" + witness.text() + "@http://127.0.0.1:1");
        table = proxy.bean(SwitchTable.class);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (proxy != null) {
            proxy.close();
        }
    }

    @BeforeEach
    void openThePage() {
        browser.size(1440, 900);
        browser.theme("light");
        // Nothing of the test before: the browser would keep some of it.
        browser.open("about:blank");
        browser.complaints();
        server("PP_1", 1);
        server("PP_1", 2);
        server("PP_2", 7);
        browser.open("http://127.0.0.1:" + proxy.port() + "/");
        browser.awaitText("#shown", "3 servers");
    }

    @AfterEach
    void nothingWasComplainedOf() {
        List<String> complaints = browser.complaints();
        table.routes().policies().forEach(routes -> routes.endpoints().forEach(table::remove));
        table.routes().unserved().forEach(routes -> table.forget(routes.policy()));
        assertThat(complaints).isEmpty();
    }

    @Test
    void registrationIsShownWithinASecond() throws Exception {
        browser.script(
                """
                        document.addEventListener('dashboard-painted', () => {
                            if ([...document.querySelectorAll('#table [data-column=policy]')].some(td => td.textContent === 'PP_NEW')) {
                                window.seenAt ??= Date.now();
                            }
                        });
                        """);
        long before = System.currentTimeMillis();
        say("{\"type\":1,\"id\":5,\"privPolyId\":\"PP_NEW\",\"listenport\":9}");
        browser.await("the new server", () -> !browser.script("return window.seenAt").equals(""));
        assertThat(((Number) browser.script("return window.seenAt")).longValue() - before).isBetween(0L, 1_000L);
        assertThat(browser.text("#shown")).isEqualTo("4 servers");
        assertThat(browser.text("#sum-policies")).isEqualTo("3");
    }

    @Test
    void serverIsDrainedByItsButtonAndResumedWithoutAskingWhoItIsAgain() {
        browser.find("#table [aria-label='Drain PP_1/2']").click();
        assertThat(browser.text("#confirm-title")).isEqualTo("Drain PP_1/2?");
        browser.find("#confirm-do").click();
        browser.awaitText("#confirm-error", "is needed");
        assertThat(mode("PP_1", 2)).isEqualTo(Mode.ACTIVE);
        browser.find("#secret").sendKeys(TOKEN);
        browser.shoot("confirm");
        browser.find("#confirm-do").click();
        browser.awaitText("#toast", "PP_1/2 is being drained");
        browser.await("draining", () -> state("Resume PP_1/2").equals("draining"));
        assertThat(mode("PP_1", 2)).isEqualTo(Mode.DRAINING);

        browser.find("#table [aria-label='Resume PP_1/2']").click();
        assertThat(browser.find("#credentials").isDisplayed()).isFalse();
        browser.find("#confirm-do").click();
        browser.awaitText("#toast", "PP_1/2 takes messages again");
        browser.await("active", () -> state("Drain PP_1/2").equals("active"));
        assertThat(mode("PP_1", 2)).isEqualTo(Mode.ACTIVE);

        browser.find("#account").click();
        browser.find("#table [aria-label='Drain PP_1/2']").click();
        assertThat(browser.find("#credentials").isDisplayed()).isTrue();
    }

    /** Names that a path has to spell. */
    @ParameterizedTest
    @ValueSource(strings = {"a/b", "%2e", "a b", "\u00f6\u4e2d", "a;b?c#d", "<i>"})
    void entryWithAnAwkwardNameIsAddressed(String name) {
        server(name, 5);
        browser.awaitText("#shown", "4 servers");
        browser.find("#table [aria-label='Drain " + name + "/5']").click();
        browser.find("#secret").sendKeys(TOKEN, Keys.ENTER);
        browser.await("draining", () -> mode(name, 5) == Mode.DRAINING);
        browser.awaitText("#toast", name + "/5 is being drained");
        table.remove(Objects.requireNonNull(table.find(Ident.of(name), Ident.of("5"))));
        browser.await("the row", () -> state("Dismiss " + name).equals("no server"));
        browser.find("#table [aria-label='Dismiss " + name + "']").click();
        browser.find("#confirm-do").click();
        browser.await("dismissed", () -> table.routes().unserved().isEmpty());
    }

    @Test
    void policyThatLostItsLastServerIsARedRowUntilItIsDismissed() {
        table.remove(Objects.requireNonNull(table.find(Ident.of("PP_2"), Ident.of("7"))));
        browser.awaitText("#shown", "2 servers; 1 policy has no server");
        browser.await("the row", () -> state("Dismiss PP_2").equals("no server"));
        assertThat(browser.text("#table .view")).contains("no server since 2");
        assertThat(browser.find("#table .view [data-column=server][data-tone=bad]").isDisplayed()).isTrue();
        assertThat(browser.text("#policy-table .view [data-column=up][data-tone=bad]")).isEqualTo("0/0");
        assertThat(browser.text("#sum-policies")).isEqualTo("2, 1 down");
        assertThat(browser.script("const td = document.querySelector('#table .unserved [data-column=server]');"
                + "return td.scrollWidth <= td.clientWidth")).as("read whole").isEqualTo(true);
        browser.shoot("no-server");
        assertThat(browser.accessibility()).isEmpty();

        browser.open("http://127.0.0.1:" + proxy.port() + "/");
        browser.awaitText("#shown", "2 servers; 1 policy has no server");
        browser.find("#state [value=trouble]").click();
        browser.awaitText("#shown", "0 of 2 servers; 1 policy has no server");
        assertThat(browser.text("#table .view")).contains("no server since 2");
        browser.find("#state [value='']").click();
        browser.awaitText("#shown", "2 servers; 1 policy has no server");

        server("PP_2", 7);
        browser.awaitText("#shown", "3 servers");
        browser.await("no row", () -> !browser.text("#table .view").contains("no server since"));
        table.remove(Objects.requireNonNull(table.find(Ident.of("PP_2"), Ident.of("7"))));
        browser.awaitText("#shown", "2 servers; 1 policy has no server");
        browser.find("#table [aria-label='Dismiss PP_2']").click();
        assertThat(browser.text("#confirm-title")).isEqualTo("Dismiss PP_2?");
        browser.find("#secret").sendKeys(TOKEN, Keys.ENTER);
        browser.awaitText("#toast", "PP_2 was dismissed");
        browser.awaitText("#shown", "2 servers");
        browser.await("no row", () -> !browser.text("#table .view").contains("PP_2"));
        assertThat(browser.text("#sum-policies")).isEqualTo("1");
        assertThat(table.routes().unserved()).isEmpty();
    }

    @Test
    void declaredPolicyWaitsForItsFirstServer() {
        RulesInForce rules = proxy.bean(RulesInForce.class);
        PolicyRules before = rules.rules();
        DeclaredPolicy declared = new DeclaredPolicy("eu-de", null, null, List.of(), null, null);
        try {
            rules.replace(new PolicyRules(List.of(declared), false,
                    new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false), List.of(), false));
            browser.awaitText("#shown", "3 servers; 1 policy waits for a first server");
            browser.await("the row", () -> state("eu-de, details of the policy").equals("awaited"));
            assertThat(browser.text("#table .view")).contains("waits for its first server");
            assertThat(browser.text("#sum-policies")).as("it is not down").isEqualTo("3");
            browser.find("#table [aria-label='eu-de, details of the policy']").click();
            browser.awaitText("#detail-state", "declared, waits for its first server");
            browser.type(Keys.ESCAPE);
            server("eu-de", 3);
            browser.awaitText("#shown", "4 servers");
        } finally {
            rules.replace(before);
        }
    }

    @Test
    void whoMayNotHearsWhy() {
        browser.find("#table [aria-label='Drain PP_2/7']").click();
        browser.find("#secret").sendKeys("viewers-token", Keys.ENTER);
        browser.awaitText("#confirm-error", "Changes need the role operator; this account is a viewer");
        browser.find("#name").sendKeys("grace");
        browser.find("#secret").sendKeys("wrong horse", Keys.ENTER);
        browser.awaitText("#confirm-error", "This name and password are not known");
        browser.find("#secret").sendKeys("correct horse", Keys.ENTER);
        browser.await("draining", () -> mode("PP_2", 7) == Mode.DRAINING);
        assertThat(browser.complaints()).hasSize(2).allMatch(line -> line.contains("status of 40"));
    }

    @Test
    void serverIsDrainedByTheKeyboardAlone() {
        browser.type("/");
        browser.type("pp_1/2");
        browser.awaitText("#shown", "1 of 3 servers");
        browser.type(Keys.ARROW_DOWN);
        assertThat(browser.focused()).isEqualTo("PP_1/2, details");
        browser.type(Keys.ENTER);
        browser.awaitText("#detail-title", "PP_1/2");
        browser.type(Keys.ESCAPE);
        assertThat(browser.focused()).isEqualTo("PP_1/2, details");
        browser.type(Keys.TAB);
        assertThat(browser.focused()).isEqualTo("Drain PP_1/2");
        browser.type(Keys.ENTER);
        assertThat(browser.focused()).isEqualTo("Token or password");
        browser.type(TOKEN, Keys.ENTER);
        browser.await("draining", () -> mode("PP_1", 2) == Mode.DRAINING);
        browser.await("the row again", () -> browser.focused().endsWith("PP_1/2"));
        browser.type("m");
        browser.awaitText("#confirm-title", "Maintenance PP_1/2?");
        assertThat(browser.focused()).isEqualTo("Maintenance");
        browser.type(Keys.ENTER);
        browser.await("maintenance", () -> mode("PP_1", 2) == Mode.MAINTENANCE);
    }

    @Test
    void serverIsRemovedFromItsDetails() {
        browser.find("#table [aria-label='PP_2/7, details']").click();
        browser.find("#detail-actions [data-action=remove]").click();
        assertThat(browser.text("#confirm-text")).contains("registers again");
        browser.find("#secret").sendKeys(TOKEN, Keys.ENTER);
        browser.awaitText("#detail-state", "no longer in the table");
        assertThat(table.find(Ident.of("PP_2"), Ident.of(7))).isNull();
        browser.awaitText("#shown", "2 servers");
    }

    @Test
    void thousandServersAreFilteredAndSortedAndOnlyThoseInSightAreInThePage() {
        browser.script("""
                window.longest = 0;
                new PerformanceObserver(list => {
                    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
                }).observe({type: 'longtask'});
                """);
        for (int i = 0; i < 997; i++) {
            server("POLICY_" + i % 40, 1000 + i);
        }
        browser.awaitText("#shown", "1,000 servers");
        browser.awaitText("#policies-shown", "42");
        browser.shoot("thousand-servers");
        assertThat(browser.all("#table .view [role=row]")).hasSizeBetween(10, 60);
        assertThat(browser.all("#policy-table .view [role=row]")).hasSizeBetween(5, 40);
        assertThat(browser.find("#table").getDomAttribute("aria-rowcount")).isEqualTo("1001");

        browser.find("#filter").sendKeys("policy_7 10");
        browser.awaitText("#shown", "3 of 1,000 servers");
        browser.clear("#filter");
        browser.awaitText("#shown", "1,000 servers");
        browser.find("#table .head [data-column=server] button").click();
        browser.await("smallest id first", () -> firstServer().equals("PP_1/1, details"));
        browser.find("#table .head [data-column=server] button").click();
        browser.await("largest id first", () -> firstServer().equals("POLICY_36/1996, details"));
        browser.find("#table .view button").sendKeys(Keys.END);
        browser.await("the last row", () -> browser.focused().equals("PP_1/1, details"));
        assertThat(browser.all("#table .view [role=row]")).hasSizeBetween(10, 60);

        browser.find("#policy-table .view button").click();
        browser.awaitText("#shown", "25 of 1,000 servers");
        assertThat(((Number) browser.script("return window.longest")).doubleValue()).as("longest task, ms")
                .isLessThan(1_000);
    }

    @Test
    void deliveriesAreShownWithoutTheirPayloads() throws Exception {
        String refused = "{\"type\":0,\"srcid\":77,\"privPoliId\":\"NOBODYS\",\"payloadsize\":14,\"payload\":\"secret-payload\"}";
        browser.await("what was refused", () -> {
            say(refused);
            return browser.text("#feed").contains("NOBODYS → –");
        });
        assertThat(browser.text("#feed li .outcome")).isEqualTo("no server");
        assertThat(browser.text("body")).doesNotContain("secret-payload");
        // The rate is that of one second: the next second without a message has none.
        browser.await("an error rate", () -> {
            say(refused);
            return browser.text("#sum-errors").contains("100 %");
        });
    }

    @Test
    void whatHappenedIsShownAndLeadsToItsServer() throws Exception {
        say("{\"type\":1,\"id\":6,\"privPolyId\":\"PP_EVENT\",\"listenport\":9}");
        browser.awaitText("#events-list", "PP_EVENT/6");
        browser.awaitText("#shown", "4 servers");
        assertThat(browser.text("#events-list")).contains("registered").contains("address 127.0.0.1");
        browser.script(
                "[...document.querySelectorAll('#events-list button')].find(each => each.textContent === 'PP_EVENT/6').click()");
        browser.awaitText("#detail-title", "PP_EVENT/6");
        browser.awaitText("#detail-events", "registered");
        assertThat(browser.text("#detail-facts")).contains("0 of at most 1");
        browser.type(Keys.ESCAPE);
        browser.find("#events-warnings").click();
        browser.await("no registration", () -> !browser.text("#events-list").contains("registered"));
    }

    @Test
    void policyHasAPageOfItsOwnWithAnAddress() {
        browser.find("#policy-table [aria-label='PP_1, details']").click();
        browser.awaitText("#detail-title", "PP_1");
        assertThat(browser.text("#detail-state")).isEqualTo("2 of 2 servers in rotation");
        assertThat(browser.text("#detail-servers-list")).contains("PP_1/1 at 127.0.0.1:9001, active");
        assertThat(browser.all("#detail-actions button")).noneMatch(org.openqa.selenium.WebElement::isDisplayed);
        browser.shoot("policy");
        assertThat(browser.accessibility()).isEmpty();

        browser.script("location.reload()");
        browser.await("the page again", () -> browser.find("#detail").isDisplayed());
        browser.awaitText("#detail-title", "PP_1");
        browser.type(Keys.ESCAPE);
        browser.await("the address", () -> browser.script("return location.search").equals(""));
        table.routes().policies().stream().filter(routes -> routes.policy().text().equals("PP_2"))
                .forEach(routes -> routes.endpoints().forEach(table::remove));
        browser.await("the row", () -> state("Dismiss PP_2").equals("no server"));
        browser.find("#policy-table [aria-label='PP_2, details']").click();
        browser.awaitText("#detail-state", "no server since 2");
        assertThat(browser.find("#detail-actions [data-action=dismiss]").isEnabled()).isTrue();
    }

    @Test
    void policysPageExplainsWhereTheNextMessageGoesAndWhy() {
        browser.find("#policy-table [aria-label='PP_1, details']").click();
        browser.awaitText("#explain-sentence", "The next message: it goes to one of PP_1/1, PP_1/2, whichever");
        assertThat(browser.text("#explain-servers")).contains("PP_1/1 may take it").contains("no grant is needed");
        mode("PP_1", 2, Mode.DRAINING);
        browser.awaitText("#explain-servers", "PP_1/2 may not take itit drains");
        assertThat(browser.text("#explain-sentence")).isEqualTo("The next message: it goes to PP_1/1.");

        // By the keyboard alone, and a server of the old protocol gets no large message.
        browser.script("document.querySelector('#explain-client').focus()");
        assertThat(browser.focused()).isEqualTo("Client address");
        browser.type("192.0.2.7", Keys.TAB);
        assertThat(browser.focused()).isEqualTo("Size in bytes");
        browser.type("1500000", Keys.ENTER);
        browser.awaitText("#explain-verdict", "too large");
        browser.shoot("explain");
        assertThat(browser.accessibility()).isEmpty();
        browser.clear("#explain-size");
        browser.find("#explain-size").sendKeys("much", Keys.ENTER);
        browser.awaitText("#explain-error", "The size is a number of bytes, such as 4096.");
        assertThat(browser.find("#explain-next").isDisplayed()).isFalse();
        browser.clear("#explain-size");
        browser.clear("#explain-client");
        browser.find("#explain-client").sendKeys("nowhere", Keys.ENTER);
        browser.awaitText("#explain-error", "client must be an IP address, such as 192.0.2.7");
        assertThat(browser.complaints()).hasSize(1).allMatch(line -> line.contains("status of 400"));
        browser.type(Keys.ESCAPE);

        browser.find("#table [aria-label='PP_1/2, details']").click();
        browser.awaitText("#explain-servers", "it drains");
        assertThat(browser.text("#explain-servers")).doesNotContain("PP_1/1");
        assertThat(browser.text("#explain-sentence")).isEqualTo("The next message: it goes to PP_1/1.");
    }

    @Test
    void serversStandUnderTheirPoliciesWhichCanBeFolded() {
        table.update(server("PP_3", 9), state -> state.fall());
        browser.awaitText("#shown", "4 servers");
        browser.find("#group").click();
        browser.await("groups, the worst first",
                () -> rows().equals("PP_3, PP_3/9, PP_1, PP_1/1, PP_1/2, PP_2, PP_2/7"));
        assertThat(browser.text("#table .group [data-column=server]")).isEqualTo("0 of 1 in rotation");
        browser.shoot("grouped");
        assertThat(browser.accessibility()).isEmpty();
        browser.script("document.querySelector('#table .view .fold').focus()");
        browser.type(Keys.ARROW_DOWN, Keys.ARROW_DOWN);
        assertThat(browser.focused()).isEqualTo("PP_1");
        browser.type(Keys.ENTER);
        browser.await("folded", () -> rows().equals("PP_3, PP_3/9, PP_1, PP_2, PP_2/7"));
        assertThat(browser.text("#shown")).as("those that are folded count").isEqualTo("4 servers");
        browser.find("#fold").click();
        browser.await("all folded", () -> rows().equals("PP_3, PP_1, PP_2"));
        browser.script("location.reload()");
        browser.await("the address keeps it", () -> rows().equals("PP_3, PP_3/9, PP_1, PP_1/1, PP_1/2, PP_2, PP_2/7"));
        browser.find("#table .group [aria-label='PP_1, details of the policy']").click();
        browser.awaitText("#detail-title", "PP_1");
    }

    @Test
    void manyServersAreSelectedAndDrainedTogether() {
        browser.find("#table [aria-label='Select PP_1/2']").click();
        browser.awaitText("#selection-count", "1 selected");
        browser.script("document.querySelector(`#table [aria-label='PP_1/1, details']`).focus()");
        browser.type("x");
        browser.awaitText("#selection-count", "2 selected");
        browser.shoot("selected");
        assertThat(browser.accessibility()).isEmpty();
        browser.find("[data-many=drain]").click();
        assertThat(browser.text("#confirm-title")).isEqualTo("Drain 2 servers?");
        assertThat(browser.text("#confirm-text")).contains("PP_1/1").contains("PP_1/2").contains("no new messages");
        assertThat(browser.text("#confirm-warning"))
                .isEqualTo("PP_1 then has no server that takes messages: its messages are refused.");
        table.remove(Objects.requireNonNull(table.find(Ident.of("PP_1"), Ident.of(2))));
        browser.find("#secret").sendKeys(TOKEN, Keys.ENTER);
        browser.awaitText("#confirm-error", "1 of 2 failed. PP_1/2: ");
        assertThat(mode("PP_1", 1)).isEqualTo(Mode.DRAINING);
        assertThat(browser.complaints()).hasSize(1).allMatch(line -> line.contains("status of 404"));
        browser.find("#confirm-cancel").click();
        browser.awaitText("#selection-count", "1 selected");
        browser.await("the row shows it", () -> state("Resume PP_1/1").equals("draining"));

        browser.find("#table [aria-label='Select all servers shown']").click();
        browser.awaitText("#selection-count", "2 selected");
        browser.find("[data-many=resume]").click();
        assertThat(browser.text("#confirm-title")).as("the other one is active").isEqualTo("Resume PP_1/1?");
        browser.find("#confirm-do").click();
        browser.awaitText("#toast", "PP_1/1 takes messages again");
        browser.await("the row shows it", () -> state("Drain PP_1/1").equals("active"));
        browser.find("[data-many=resume]").click();
        browser.awaitText("#toast", "Nothing to change");
        browser.find("#selection-clear").click();
        assertThat(browser.find("#selection").isDisplayed()).isFalse();
        browser.find("#table [aria-label='Drain PP_2/7']").click();
        assertThat(browser.text("#confirm-warning")).startsWith("PP_2 then has no server");
    }

    @Test
    void figuresLeadToWhatTheyCount() {
        mode("PP_1", 2, Mode.DRAINING);
        browser.awaitText("#sum-servers", "2 / 3");
        browser.find("[data-leads=servers]").click();
        browser.awaitText("#shown", "1 of 3 servers");
        assertThat(browser.focused()).isEqualTo("Switch table");
        assertThat(rows()).isEqualTo("PP_1/2");
        browser.find("[data-leads=servers]").click();
        browser.awaitText("#shown", "3 servers");
        browser.find("[data-leads=refusals]").click();
        assertThat(browser.focused()).isEqualTo("Refusals");
        browser.find("[data-leads=waiting]").click();
        assertThat(browser.focused()).isEqualTo("Policies");
        browser.find("[data-leads=inflight]").click();
        browser.await("the order", () -> browser.script("return location.search").equals("?sort=-inflight"));
    }

    /** The rows of the table that are in the page, from the top: a policy, or a server. */
    private static String rows() {
        return String.valueOf(browser
                .script("""
                        return [...document.querySelectorAll('#table .view [role=row]')].sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
                            .map(row => row.querySelector('.fold')?.textContent ?? row.querySelector('[data-column=server] button')?.ariaLabel
                                .replace(', details', '') ?? '').join(', ')
                        """));
    }

    @Test
    void whatIsChosenStandsInTheAddress() {
        browser.find("#filter").sendKeys("pp_1/2");
        browser.awaitText("#shown", "1 of 3 servers");
        browser.find("#table .head [data-column=server] button").click();
        browser.find("#table .head [data-column=server] button").click();
        browser.await("the address", () -> browser.script("return location.search")
                .equals("?filter=pp_1%2F2&sort=-server"));
        browser.script("location.reload()");
        browser.awaitText("#shown", "1 of 3 servers");
        assertThat(browser.script("return document.querySelector('#table .head [data-column=server]').ariaSort"))
                .isEqualTo("descending");
    }

    @Test
    void chartsAreFullWhenThePageOpensAndSayInWordsWhatTheyShow() throws Exception {
        pastTraffic();
        browser.open("http://127.0.0.1:" + proxy.port() + "/?span=24h");
        browser.awaitText("#chart-rate-text", "at most 40 answered, 2.0 refused or failed");
        browser.awaitText("#chart-p99-text", "ms");
        assertThat(browser.script("return document.querySelector('#span').value")).isEqualTo("24h");
        browser.find("#span [value='5m']").click();
        browser.awaitText("#chart-rate-text", "at most 40 answered");
        browser.awaitText("#refusals-list", "overloaded");
        anOrdinaryDay();
        browser.size(1440, 1320);
        browser.shoot("full");
        browser.keepForDocs("full", "dashboard");
        browser.find("#policy-table [aria-label='PP_1, details']").click();
        browser.awaitText("#detail-rate-text", "at most 40 answered");
        browser.awaitText("#explain-servers", "PP_1/2 may not take it");
        browser.shoot("policy-past", "#detail");
        browser.keepForDocs("policy-past", "dashboard-policy");
        assertThat(browser.accessibility()).isEmpty();
    }

    @Test
    void emptyTableSaysHowToStartAServer() {
        table.routes().policies().forEach(routes -> routes.endpoints().forEach(table::remove));
        table.routes().unserved().forEach(routes -> table.forget(routes.policy()));
        browser.await("the command", () -> browser.find("#first-server").isDisplayed());
        int port = Objects.requireNonNull(proxy.bean(TcpListener.class).localAddress()).getPort();
        assertThat(browser.text("#first-command"))
                .isEqualTo("bin/policy-server -id 1 -pp PP_1 -listen 9001 -revproc " + port);
        assertThat(browser.find("#table").isDisplayed()).isFalse();
        browser.shoot("empty");
        assertThat(browser.accessibility()).isEmpty();
        server("PP_1", 1);
        browser.await("the table", () -> browser.find("#table").isDisplayed());
    }

    @Test
    void recordsLastCheckpointReceiptsAndWitnessesAreShown() {
        browser.awaitText("#sum-checkpoint", " ago");
        browser.awaitText("#sum-witnesses", "0 / 1");
        assertThat(browser.text("#sum-receipts")).isEqualTo("0");
        assertThat(browser.find("#sum-witnesses").getAttribute("data-tone")).as("it does not answer").isEqualTo("warn");
    }

    @Test
    void proxySaysWhichItIsAndNamesAreReadWholeWhereThereIsRoom() {
        assertThat(browser.text("#about")).contains(
                ":" + Objects.requireNonNull(proxy.bean(TcpListener.class).localAddress()).getPort())
                .contains("up ").contains("store memory");
        server("personal-data-of-customers-in-the-eu", 123_456);
        browser.awaitText("#shown", "4 servers");
        browser.await("read whole",
                () -> browser
                        .script("""
                                const cells = [...document.querySelectorAll('#table .view [data-column=policy], #table .view [data-column=server]')];
                                return cells.length === 8 && cells.every(td => td.scrollWidth <= td.clientWidth && td.scrollHeight <= td.clientHeight);
                                """)
                        .equals(true));
    }

    /** Some servers that are not in rotation, and a policy that has lost its last one. */
    private static void anOrdinaryDay() {
        mode("PP_1", 2, Mode.DRAINING);
        for (int id = 11; id <= 13; id++) {
            server("health-de", id);
        }
        mode("health-de", 12, Mode.MAINTENANCE);
        table.update(Objects.requireNonNull(table.find(Ident.of("health-de"), Ident.of(13))), state -> state.fall());
        table.remove(server("payments", 14));
        browser.awaitText("#shown", "6 servers; 1 policy has no server");
    }

    /** A minute of forty messages a second and two refusals, as an earlier run of this proxy would have left it. */
    private static void pastTraffic() throws IOException {
        SwitchTable earlier = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
                Instant::now,
                System::nanoTime);
        Endpoint server = earlier.register(Objects.requireNonNull(table.find(Ident.of("PP_1"), Ident.of(1))).spec(),
                null);
        PolicyLoad load = Objects.requireNonNull(earlier.routes().find("PP_1")).load();
        History past = new History(earlier, new ListenerCounts() {
            @Override
            public int connections() {
                return 12;
            }

            @Override
            public long refused(ErrorCode code) {
                return 0;
            }
        });
        Instant now = Instant.now();
        for (int second = 240; second > 10; second--) {
            for (int message = 0; message < 40; message++) {
                server.tally(0).answered(1_000_000L * (1 + second % 7), 100, 100);
                load.durations(0).record(1_000_000L * (1 + second % 7));
            }
            load.countRefused(ErrorCode.OVERLOADED);
            load.countRefused(ErrorCode.OVERLOADED);
            past.tick(-second * 1_000_000_000L, now.minusSeconds(second));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        past.write(new DataOutputStream(bytes));
        proxy.bean(History.class).read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    @Test
    void nothingIsGatheredWhenNobodyWatches() {
        LiveStream stream = proxy.bean(LiveStream.class);
        assertThat(stream.isGathering()).isTrue();
        browser.open("about:blank");
        await().until(() -> !stream.isGathering());
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void everybodyCanReadAndUseIt(String theme) throws Exception {
        browser.theme(theme);
        mode("PP_1", 1, Mode.MAINTENANCE);
        mode("PP_1", 2, Mode.DRAINING);
        Endpoint failed = server("PP_3", 9);
        table.update(failed, state -> state.fall());
        browser.awaitText("#table", "failed");
        browser.await("a delivery", () -> {
            say("{\"type\":0,\"srcid\":77,\"privPoliId\":\"NOBODYS\",\"payloadsize\":1,\"payload\":\"x\"}");
            return !browser.all("#feed li").isEmpty();
        });
        browser.shoot("page-" + theme);
        assertThat(browser.accessibility()).isEmpty();
        browser.find("#table [aria-label='PP_3/9, details']").click();
        browser.shoot("detail-" + theme);
        assertThat(browser.accessibility()).isEmpty();
        browser.find("#detail-actions [data-action=remove]").click();
        browser.shoot("remove-" + theme);
        assertThat(browser.accessibility()).isEmpty();
    }

    @Test
    void lighthouseFindsLittleToMend() throws Exception {
        browser.open("about:blank");
        JsonNode report = browser.lighthouse("http://127.0.0.1:" + proxy.port() + "/");
        String lost = report.path("audits").valueStream().filter(each -> each.path("score").asDouble(1) < 1)
                .map(each -> each.path("id").asString() + ": " + each.path("title").asString())
                .collect(Collectors.joining("\n"));
        assertThat(report.at("/audits/aria-required-children/score").asInt()).as("the table was there").isEqualTo(1);
        assertThat(report.path("runtimeError").isMissingNode()).as(report.path("runtimeError").toString()).isTrue();
        assertThat(report.at("/categories/accessibility/score").asDouble()).as(lost).isGreaterThanOrEqualTo(0.95);
        assertThat(report.at("/categories/best-practices/score").asDouble()).as(lost).isGreaterThanOrEqualTo(0.95);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 800, 1440})
    void nothingLiesBesideTheScreen(int width) {
        browser.size(width, 800);
        server("a-policy-with-a-very-long-name-that-somebody-thought-would-be-a-good-idea", 123_456_789);
        browser.awaitText("#shown", "4 servers");
        browser.await("the width", () -> browser.script("return innerWidth").equals((long) width));
        browser.shoot("width-" + width);
        assertThat(browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                .isEqualTo(0L);
        browser.find("#table .view button").click();
        browser.shoot("detail-width-" + width);
        assertThat(browser.script("const d = document.querySelector('#detail'); return d.scrollWidth - d.clientWidth"))
                .isEqualTo(0L);
        assertThat(browser.find("#detail-actions [data-action=drain]").isDisplayed()).isTrue();
    }

    private static String firstServer() {
        return String.valueOf(browser.script("""
                return [...document.querySelectorAll('#table .view [role=row]')].find(row => row.ariaRowIndex === '2')
                    ?.querySelector('button').ariaLabel
                """));
    }

    /** What the state of the row says that has this button. */
    private static String state(String button) {
        return String.valueOf(browser.script("return document.querySelector(`[aria-label='${arguments[0]}']`)"
                + "?.closest('[role=row]').querySelector('[data-column=state]').textContent", button));
    }

    private static Mode mode(String policy, int id) {
        return Objects.requireNonNull(table.find(Ident.of(policy), Ident.of(id))).state().mode();
    }

    private static void mode(String policy, int id, Mode mode) {
        table.update(Objects.requireNonNull(table.find(Ident.of(policy), Ident.of(id))), state -> state.withMode(mode));
    }

    private static Endpoint server(String policy, int id) {
        return table.register(new EndpointSpec(Ident.of(policy), Ident.of(id), InetAddress.getLoopbackAddress(),
                (id < 1000 ? 9000 : 20_000) + id % 1000, 1, false, 1, null, 1, false, null, null), null);
    }

    /** One message to the proxy, and its answer. */
    private static String say(String message) {
        InetSocketAddress listener = Objects.requireNonNull(proxy.bean(TcpListener.class).localAddress());
        try (Socket socket = new Socket(listener.getAddress(), listener.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            byte[] answer = new byte[1024];
            return new String(answer, 0, socket.getInputStream().read(answer), StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
