package io.revproc.start;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A trial start runs beside a live service with the same settings, and must not touch what is that one's. */
class TrialStartTest {
    private static final TrialStart TRIAL = TrialStart.with("own.port=0", "own.store=none");

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            -                                           | -
            --own.port=8080                             | -
            --server.port=80 --server.address=0.0.0.0   | -
            --own.portal=8080 --own.name=x              | --own.portal=8080 --own.name=x
            --own.port=1 --other=2 --own.store=etcd     | --other=2
            --OWN.PORT=1 --server.Port=8 --own.st-ore=x --o_wn.store=y | -
            --own.port --own.port2=1 own.port=3 --=1 -own.port=1 | --own.port --own.port2=1 own.port=3 --=1 -own.port=1
            --own.port=a=b --own.name=own.port=1        | --own.name=own.port=1
            """)
    void harmlessSettingsTakeThePlaceOfTheArguments(String line, String kept) {
        String[] settings = TRIAL.settings(line == null ? new String[0] : line.split(" "));
        String all = (kept == null ? "" : kept + " ")
                + "--server.address=127.0.0.1 --server.port=0 --own.port=0 --own.store=none";
        assertThat(settings).containsExactly(all.split(" "));
    }

    @Test
    void usualStartIsNone() {
        assertThat(TrialStart.asked()).isFalse();
    }
}
