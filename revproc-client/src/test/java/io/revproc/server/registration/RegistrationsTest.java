package io.revproc.server.registration;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.revproc.client.connect.ProxyAddress;
import io.revproc.server.FakeProxy;
import io.revproc.server.answer.Leases;
import io.revproc.server.transcript.Transcript;
import io.revproc.transport.Transport;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.Message.SetupAccepted;
import io.revproc.wire.SetupDialect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class RegistrationsTest {
    private static final Transport AUTO = Transport.choose(Transport.Choice.AUTO, "transport");

    private final FakeProxy proxy = new FakeProxy();
    private final Leases leases = new Leases(List.of(Ident.of("PP_1"), Ident.of("PP_2")));
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Transcript transcript = Transcript.to(new PrintStream(printed, true, StandardCharsets.UTF_8));
    private EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, AUTO.ioHandlers());

    @AfterEach
    void close() throws Exception {
        proxy.close();
        loops.shutdownGracefully(50, 2000, TimeUnit.MILLISECONDS).sync();
    }

    private Registrations start(int proto, Transport transport, List<ProxyAddress> proxies, String... policies) {
        RegistrationSettings settings = new RegistrationSettings(List.of(policies).stream().map(Ident::of).toList(),
                proxies, policy -> proto == 1
                        ? Message.Setup.part1(Ident.of("1"), policy, 9001)
                        : new Message.Setup(Ident.of("1"), policy, 9001, 2, true, 7, "eu-1", 256, "s3cret", false),
                proto == 1 ? SetupDialect.NUMBERS : null, Duration.ofSeconds(5));
        Registrations registrations = new Registrations(settings, transport, loops, leases, transcript, null);
        registrations.start();
        return registrations;
    }

    private Registrations start(int proto, String... policies) {
        return start(proto, AUTO, List.of(address(proxy)), policies);
    }

    private static ProxyAddress address(FakeProxy proxy) {
        return new ProxyAddress("127.0.0.1", proxy.port());
    }

    private static boolean registered(Registrations registrations) {
        return registrations.status().stream().allMatch(SessionStatus::registered);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void registersAndSendsHeartbeats(Transport transport) throws Exception {
        close();
        loops = new MultiThreadIoEventLoopGroup(1, transport.ioHandlers());
        try (FakeProxy other = new FakeProxy()) {
            Registrations registrations = start(2, transport, List.of(address(other)), "PP_1");
            await().until(() -> registered(registrations));
            assertThat(other.received(Message.Setup.class)).singleElement()
                    .isEqualTo(new Message.Setup(Ident.of("1"), Ident.of("PP_1"), 9001, 2, true, 7, "eu-1", 256,
                            "s3cret", false));
            await().until(() -> other.received(Message.Heartbeat.class).size() >= 3);
            assertThat(other.received(Message.Heartbeat.class)).containsOnly(new Message.Heartbeat("lease-1"));
            assertThat(leases.holds("lease-1")).isTrue();
        }
    }

    @Test
    void leaseThatTheProxyEndedIsOverAtOnceAndOneWhoseSessionBrokeIsNot() {
        Registrations registrations = start(2, "PP_1");
        await().until(() -> registered(registrations));
        String first = proxy.lease("PP_1");
        proxy.cut();
        await().until(() -> registered(registrations) && !proxy.lease("PP_1").equals(first));
        assertThat(leases.holds(first)).as("its proxy may not have noticed yet").isTrue();
        String second = proxy.lease("PP_1");
        assertThat(leases.holds(second)).isTrue();
        proxy.tellAll(new Message.Refusal(ErrorCode.NOT_ALLOWED, "The grant has ended", null, false, null));
        await().until(() -> !leases.holds(second));
    }

    @Test
    void opensOneSessionForEachPolicy() {
        Registrations registrations = start(2, "PP_1", "PP_2", "999");
        await().until(() -> registered(registrations));
        assertThat(proxy.sessions()).isEqualTo(3);
        assertThat(proxy.received(Message.Setup.class)).extracting(Message.Setup::policy)
                .containsExactlyInAnyOrder(Ident.of("PP_1"), Ident.of("PP_2"), Ident.of(999));
    }

    @Test
    void isBackSoonAfterItsProxyRestarted() {
        Registrations registrations = start(2, "PP_1");
        await().until(() -> registered(registrations));
        proxy.stop();
        await().during(Duration.ofMillis(800)).until(() -> !registered(registrations));
        proxy.restart();
        // SessionRulesTest holds the delay under 2 s; a busy machine adds to it
        await().until(() -> registered(registrations));
        assertThat(leases.holds("lease-1")).isTrue();
        assertThat(leases.holds("lease-2")).isTrue();
    }

    @Test
    void registersAnewWhenItsSessionIsCut() {
        Registrations registrations = start(2, "PP_1");
        await().until(() -> registered(registrations));
        proxy.cut();
        await().until(() -> proxy.received(Message.Setup.class).size() == 2 && registered(registrations));
    }

    @Test
    void noticesAProxyThatNoLongerAnswersHeartbeats() {
        Registrations registrations = start(2, "PP_1");
        await().until(() -> registered(registrations));
        proxy.answersHeartbeats = false;
        await().until(() -> proxy.received(Message.Setup.class).size() >= 2);
        proxy.answersHeartbeats = true;
        await().until(() -> registered(registrations));
    }

    @Test
    void aProxyThatHangsUpWithoutAnAnswerIsNotHammered() {
        proxy.setupAnswer = _ -> {
            proxy.cut();
            return new SetupAccepted(null);
        };
        Registrations registrations = start(2, "PP_1");
        await().until(() -> proxy.received(Message.Setup.class).size() >= 2);
        await().during(Duration.ofSeconds(1)).until(() -> !registered(registrations));
        assertThat(proxy.received(Message.Setup.class)).hasSizeLessThan(20);
    }

    @Test
    void speaksTheSeedsProtocolAndNothingMore() {
        Registrations registrations = start(1, "PP_1");
        await().until(() -> registered(registrations));
        await().during(Duration.ofMillis(300)).until(() -> registered(registrations));
        assertThat(proxy.received).containsExactly(Message.Setup.part1(Ident.of("1"), Ident.of("PP_1"), 9001));
        assertThat(registrations.leave()).succeedsWithin(Duration.ofSeconds(8));
        assertThat(proxy.received).hasSize(1);
    }

    @Test
    void staysRegisteredWithASeedThatHangsUpAfterItsAnswer() {
        proxy.hangsUpAfterSetup = true;
        Registrations registrations = start(1, "PP_1");
        await().until(() -> registered(registrations) && proxy.sessions() == 0);
        await().during(Duration.ofMillis(500)).until(() -> registered(registrations));
        assertThat(proxy.received(Message.Setup.class)).hasSize(1);
    }

    @Test
    void saysWhyItWasRefusedAndDoesNotComeBackSoon() {
        proxy.setupAnswer = _ -> new Message.Refusal(ErrorCode.NOT_ALLOWED, "The token is wrong", null, false, null);
        Registrations registrations = start(2, "PP_1");
        await().until(() -> registrations.status().getFirst().state().equals("refused"));
        assertThat(registrations.status().getFirst().reason()).isEqualTo("NOT_ALLOWED: The token is wrong");
        await().during(Duration.ofSeconds(1)).until(() -> proxy.received(Message.Setup.class).size() == 1);
    }

    @Test
    void waitsOnItsConnectionUntilThePlaceIsFree() {
        proxy.setupAnswer = setup -> proxy.received(Message.Setup.class).size() < 3
                ? new Message.Refusal(ErrorCode.ID_TAKEN, "A live server has it", null, false, null)
                : new SetupAccepted(new SetupAccepted.Session("lease-9", Duration.ofMillis(50), Duration.ofSeconds(3)));
        Registrations registrations = start(2, "PP_1");
        await().until(() -> registered(registrations));
        assertThat(proxy.received(Message.Setup.class)).hasSizeGreaterThanOrEqualTo(3);
        assertThat(proxy.connected()).isEqualTo(1);
    }

    @Test
    void goesToTheNextProxyWhenOneIsGone() {
        try (FakeProxy second = new FakeProxy()) {
            Registrations registrations = start(2, AUTO, List.of(address(proxy), address(second)), "PP_1");
            await().until(() -> registered(registrations));
            assertThat(proxy.sessions()).isEqualTo(1);
            proxy.stop();
            await().until(() -> second.sessions() == 1 && registered(registrations));
            assertThat(registrations.status().getFirst().proxy()).isEqualTo(address(second));
        }
    }

    @Test
    void keepsTryingWhereTheHostIsUnknown() {
        Registrations registrations = start(2, AUTO,
                List.of(new ProxyAddress("no-such-host.invalid", 1), address(proxy)), "PP_1");
        await().until(() -> registered(registrations));
    }

    @Test
    void leavesByDrainingFirst() {
        proxy.inFlight = 2;
        Registrations registrations = start(2, "PP_1", "PP_2");
        await().until(() -> registered(registrations));
        assertThat(registrations.leave()).succeedsWithin(Duration.ofSeconds(8));
        assertThat(proxy.received(Message.Drain.class)).hasSize(2);
        assertThat(proxy.received(Message.Deregister.class)).containsExactlyInAnyOrder(
                new Message.Deregister("lease-1"), new Message.Deregister("lease-2"));
        assertThat(registrations.status()).noneMatch(SessionStatus::registered);
    }

    @Test
    void aNoticeEndsNothing() {
        Registrations registrations = start(2, "PP_1");
        await().until(() -> registered(registrations));
        proxy.tellAll(new Message.Notice(Message.Notice.Event.MAINTENANCE));
        int beats = proxy.received(Message.Heartbeat.class).size();
        await().until(() -> proxy.received(Message.Heartbeat.class).size() > beats + 2);
        assertThat(registered(registrations)).isTrue();
        assertThat(proxy.received(Message.Setup.class)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void theTranscriptShowsTheAnswerAsTheSeedDidAndNoLease(Protocol protocol) {
        Registrations registrations = start(protocol.number, "PP_1");
        await().until(() -> registered(registrations));
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("Connecting to the reverse proxy on port "
                + proxy.port() + "\nb'{\"Status\": \"Successfully setup with reverse proxy\"}'\n"
                + "Sever is listening on 9001\n");
    }

    enum Protocol {
        PART1(1), PART2(2);

        private final int number;

        Protocol(int number) {
            this.number = number;
        }
    }
}
