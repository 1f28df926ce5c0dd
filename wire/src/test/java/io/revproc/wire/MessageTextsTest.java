package io.revproc.wire;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A message's text may end in a log: it names the peer and no secret. */
class MessageTextsTest {
    private static final String SECRET = "s3cret";

    @Test
    void setupHidesItsToken() {
        Message.Setup setup = new Message.Setup(Ident.of(7), Ident.of("PP_1"), 9001, 2, true, 3, "eu", 4, SECRET, true);
        assertThat(setup.toString()).contains("id=7", "PP_1", "9001", "proto=2", "mux=true").doesNotContain(SECRET);
        Message.Setup.Statement statement = new Message.Setup.Statement("DE", List.of("care"), true, SECRET);
        assertThat(statement.toString()).contains("DE", "care", "wider=true").doesNotContain(SECRET);
        Message.Setup stating = setup.stating(statement);
        assertThat(stating.statement()).isSameAs(statement);
        assertThat(stating.token()).isEqualTo(SECRET);
        assertThat(stating.stating(setup.statement())).isEqualTo(setup);
    }

    @Test
    void heartbeatHidesItsLeaseAndItsEvidence() {
        assertThat(new Message.Heartbeat(SECRET, SECRET).toString()).startsWith("Heartbeat").doesNotContain(SECRET);
    }

    @Test
    void introductionHidesItsToken() {
        assertThat(new Message.Introduction(SECRET, Ident.of(7)).toString()).startsWith("Introduction").contains("7")
                .doesNotContain(SECRET);
    }

    @Test
    void answerCountsCodePoints() {
        Message.Ack ack = Message.Ack.of(Ident.of(1), Ident.of(7), "aé😀", null);
        assertThat(ack.payloadSize()).isEqualTo(3);
        assertThat(ack.srcId()).isEqualTo(Ident.of(1));
        assertThat(ack.destId()).isEqualTo(Ident.of(7));
    }
}
