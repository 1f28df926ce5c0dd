package io.revproc.chart;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What Helm prints after an install; an error in it would fail the install. */
class NotesTest {
    @ParameterizedTest
    @EnumSource
    void theNotesNameTheReleasesServices(ValueSet set) {
        String notes = Rendered.notes(set.file().map(Project::read).orElse(""));

        assertThat(notes).containsPattern("(shop-revproc|gateway)\\.web\\.svc:\\d+").contains("port-forward service/")
                .doesNotContain("{{", "<nil>", "%!");
    }

    @Test
    void aReleaseWithoutServersIsToldHowToGetOne() {
        assertThat(Rendered.notes("")).contains("There is no policy server yet",
                "--set policyServers.pp-1.policy=PP_1");
        assertThat(Rendered.notes("policyServers: {a: {policy: PP_9}}"))
                .contains("PP_9: deployment/shop-revproc-a, 1 replica(s)")
                .doesNotContain("There is no policy server yet");
    }

    @Test
    void whatIsLessSafeThanItCouldBeIsSaid() {
        assertThat(Rendered.notes("networkPolicy: {enabled: false}")).contains("WARNING: networkPolicy.enabled=false");
        assertThat(Rendered.notes("")).doesNotContain("WARNING").contains("NOTE: any pod")
                .contains("NOTE: the one proxy keeps the switch table").contains("NOTE: proxy.admin.tokens is empty");
        assertThat(Rendered.notes(Project.read(Project.CHART.resolve("ci/secure-values.yaml"))))
                .doesNotContain("NOTE: any pod", "NOTE: proxy.admin.tokens is empty").contains("REVPROC_TOKEN");
    }
}
