package io.revproc.test;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

import io.micrometer.core.instrument.MeterRegistry;
import io.revproc.client.NoServerException;
import io.revproc.client.PolicyRefusedException;
import io.revproc.client.Request;
import io.revproc.client.RevprocClient;
import io.revproc.server.FailureHandler;
import io.revproc.server.Refusal;
import io.revproc.server.Reply;
import io.revproc.spring.MessageContext;
import io.revproc.spring.PolicyHandler;
import io.revproc.spring.RevprocTemplate;
import io.revproc.wire.ErrorCode;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.messaging.handler.annotation.Payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An application as a user writes it, with a proxy in the same process. */
@SpringBootTest(properties = {"orders.policy=PP_3,PP_4", "spring.application.name=orders"})
@RevprocTest
@ExtendWith(OutputCaptureExtension.class)
class SampleApplicationTest {
    @Autowired
    private RevprocTemplate template;
    @Autowired
    private RevprocClient client;

    record Order(@Min(1) int amount, String customer) {}

    record Receipt(String customer, int amount, String policy, String client) {}

    @SpringBootApplication
    static class Orders {
        @PolicyHandler("PP_1")
        Receipt place(@Payload @Valid Order order, MessageContext context) {
            return new Receipt(order.customer(), order.amount(), context.policy(), context.clientId());
        }

        @PolicyHandler("TEXT")
        String text(String text) {
            return switch (text) {
                case "throw" -> throw new IllegalStateException("secret payload");
                case "retry" -> throw Refusal.retryable("come back later");
                case "illegal" -> throw new IllegalArgumentException("secret payload");
                default -> text.toUpperCase(Locale.ROOT) + (Thread.currentThread().isVirtual() ? "!" : "?");
            };
        }

        @PolicyHandler("BYTES")
        byte[] bytes(byte[] payload) {
            return payload;
        }

        @PolicyHandler("LATER")
        CompletionStage<Receipt> later(Order order) {
            return CompletableFuture.supplyAsync(() -> new Receipt(order.customer(), order.amount(), "LATER", ""));
        }

        @PolicyHandler("${orders.policy}")
        Reply several(MessageContext context) {
            return Reply.of(context.policy() + context.idempotent());
        }

        @PolicyHandler("VOID")
        void nothing(String payload) {}

        @Bean
        FailureHandler failureHandler() {
            return (request, failure) -> failure instanceof IllegalArgumentException
                    ? Refusal.invalid("that is no text of ours")
                    : Refusal.failed("the order was not placed");
        }
    }

    @Test
    void objectsGoAndComeBack() {
        assertThat(template.send("PP_1", new Order(3, "ada"), Receipt.class))
                .isEqualTo(new Receipt("ada", 3, "PP_1", "orders"));
        assertThat(template.sendAsync("LATER", new Order(4, "grace"), Receipt.class).join().amount()).isEqualTo(4);
    }

    @Test
    void textsAndBytesGoAsTheyAre() {
        assertThat(template.send("TEXT", "straße")).isEqualTo("STRASSE!");
        assertThat(template.send("TEXT", "")).isEqualTo("!");
        assertThat(template.send("BYTES", "öä".getBytes(StandardCharsets.UTF_8), byte[].class))
                .asString().isEqualTo("öä");
        assertThat(template.send("VOID", "x")).isEmpty();
    }

    @Test
    void oneMethodServesSeveralPoliciesFromASetting() {
        assertThat(template.send("PP_3", "x")).isEqualTo("PP_3false");
        assertThat(client.call(Request.to("PP_4").payload("x").idempotent()).payloadText()).isEqualTo("PP_4true");
    }

    @Test
    void payloadThatIsNotValidIsRefusedAndTheNextOneServed() {
        assertRefused("PP_1", new Order(0, "ada"), ErrorCode.BAD_MESSAGE,
                "the payload is not valid: amount must be greater than or equal to 1");
        assertRefused("PP_1", "{\"amount\": \"secret\"}", ErrorCode.BAD_MESSAGE,
                "the payload can't be read as Order (line 1, column 12)");
        assertRefused("PP_1", "null", ErrorCode.BAD_MESSAGE, "the payload is null, but Order is expected");
        assertRefused("PP_1", "", ErrorCode.BAD_MESSAGE, "the payload can't be read as Order");
        assertThat(template.send("PP_1", new Order(1, "ada"), Receipt.class).amount()).isEqualTo(1);
    }

    @Test
    void handlersRefuseAndFailForOneMessageAndTheLogKeepsSilentAboutThePayload(CapturedOutput output) {
        assertRefused("TEXT", "retry", ErrorCode.OVERLOADED, "come back later");
        assertRefused("TEXT", "throw", ErrorCode.SERVER_FAILED, "the order was not placed");
        assertRefused("TEXT", "illegal", ErrorCode.BAD_MESSAGE, "that is no text of ours");
        assertThat(output).doesNotContain("secret");
    }

    @Test
    void policyWithoutHandlerHasNoServer() {
        assertThatThrownBy(() -> template.send("NOBODY", "x")).isInstanceOf(NoServerException.class);
        assertThatThrownBy(() -> client.send("NOBODY", "x").join()).isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(NoServerException.class);
    }

    @Test
    void replyOfAnotherTypeIsSaidWithoutThePayload() throws InterruptedException {
        try {
            template.sendAsync("TEXT", "secret", Receipt.class).get();
        } catch (ExecutionException e) {
            assertThat(e.getCause()).hasMessage("the reply can't be read as " + Receipt.class.getName()
                    + " (line 1, column 1)").hasNoCause();
            return;
        }
        throw new AssertionError("read");
    }

    @Test
    void healthSaysThatItIsRegisteredAndConnected(@Autowired HealthIndicator revprocServerHealthIndicator,
            @Autowired HealthIndicator revprocClientHealthIndicator) {
        Health server = Objects.requireNonNull(revprocServerHealthIndicator.health(true));
        assertThat(server.getStatus()).isEqualTo(Status.UP);
        assertThat(server.getDetails()).containsKeys("PP_1", "PP_3", "PP_4", "LATER");
        Health connected = Objects.requireNonNull(revprocClientHealthIndicator.health(true));
        assertThat(connected.getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void bothSidesAreObserved(@Autowired MeterRegistry meters) {
        template.send("TEXT", "x");
        assertThat(meters.find("revproc.client").tag("policy", "TEXT").timers()).isNotEmpty();
        assertThat(meters.find("revproc.server").tag("policy", "TEXT").tag("outcome", "answered").timers())
                .isNotEmpty();
    }

    private void assertRefused(String policy, Object payload, ErrorCode code, String sentence) {
        assertThatThrownBy(() -> template.send(policy, payload)).isInstanceOfSatisfying(PolicyRefusedException.class,
                refused -> {
                    assertThat(refused.code()).isEqualTo(code);
                    assertThat(refused.sentence()).contains(sentence);
                });
    }
}
