package io.revproc.proxy.forward;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.PolicySums;
import io.revproc.proxy.route.ServerSums;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageScanner;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Who is told of messages, and in which order. */
class ForwardObserverTest {
    private final List<String> told = new ArrayList<>();
    private final PolicyRoutes routes = TestExchange.policy("PP_1", 10);
    private final Endpoint endpoint = routes.endpoints().getFirst();
    private final TestExchange message = new TestExchange(routes, 0);

    private final class Named implements MessageLog {
        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public void arrived(Exchange exchange, byte[] bytes, MessageFields fields) {
            told.add(name + " arrived");
        }

        @Override
        public void ended(Exchange exchange, @Nullable Endpoint at, @Nullable ErrorCode code, int replyBytes,
                long now) {
            told.add(name + " ended " + (at != null) + " " + code + " " + replyBytes + " " + now);
        }

        @Override
        public void answered(Endpoint at, long nanos) {
            told.add(name + " answered " + nanos);
        }
    }

    @Test
    void allAreToldInOrder() {
        ForwardObserver all = ForwardObserver.all(List.of(new Named("a"), new Named("b")));
        all.arrived(message, new byte[0], new MessageScanner().fields());
        all.answered(endpoint, 7);
        all.replied(message, endpoint, new byte[9], 2, 9, 5);
        all.refused(message, null, ErrorCode.TIMEOUT, "late", 6);
        all.cancelled(message, 7);
        assertThat(told).containsExactly("a arrived", "b arrived", "a answered 7", "b answered 7",
                "a ended true null 7 5",
                "b ended true null 7 5", "a ended false TIMEOUT 0 6", "b ended false TIMEOUT 0 6",
                "a ended false null -1 7", "b ended false null -1 7");
    }

    @Test
    void everyEventIsPassedOn() {
        List<String> events = events().stream().map(ForwardObserverTest::signature).toList();
        assertThat(AllObservers.class.getDeclaredMethods())
                .filteredOn(method -> !Modifier.isPrivate(method.getModifiers()))
                .extracting(ForwardObserverTest::signature)
                .containsExactlyInAnyOrderElementsOf(events);
    }

    @ParameterizedTest
    @MethodSource("events")
    void everyObserverHearsOfEveryEvent(Method event) throws ReflectiveOperationException {
        List<ForwardObserver> both = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            both.add((ForwardObserver) Proxy.newProxyInstance(getClass().getClassLoader(),
                    new Class<?>[]{ForwardObserver.class}, (self, method, arguments) -> {
                        if (method.getName().equals("equals")) {
                            return self == arguments[0];
                        }
                        told.add(name + signature(method));
                        return null;
                    }));
        }
        Object[] arguments = Arrays.stream(event.getParameterTypes())
                .map(type -> type == int.class ? 0 : type == long.class ? 0L : type == boolean.class ? false : null)
                .toArray();
        event.invoke(ForwardObserver.all(both), arguments);
        assertThat(told).containsExactly("a" + signature(event), "b" + signature(event));
    }

    @Test
    void whoOverridesNothingOfAnEventIsNotAskedAtIt() throws ReflectiveOperationException {
        ForwardObserver all = ForwardObserver.all(List.of(new Named("a"), new LoopCounters(0), new ForwardObserver() {
        }));
        assertThat(hearing(all, "answered")).hasSize(1).allMatch(Named.class::isInstance);
        assertThat(hearing(all, "unreachable")).hasSize(1).allMatch(LoopCounters.class::isInstance);
        assertThat(hearing(all, "replied")).hasSize(2);
        assertThat(hearing(all, "sent")).isEmpty();
    }

    private static ForwardObserver[] hearing(ForwardObserver all, String event) throws ReflectiveOperationException {
        Field field = AllObservers.class.getDeclaredField(event);
        field.setAccessible(true);
        return (ForwardObserver[]) field.get(all);
    }

    static List<Method> events() {
        return Arrays.stream(ForwardObserver.class.getMethods()).filter(Method::isDefault)
                .sorted(Comparator.comparing(ForwardObserverTest::signature)).toList();
    }

    private static String signature(Method method) {
        return method.getName() + Arrays.toString(method.getParameterTypes());
    }

    @Test
    void whoDoesNothingIsNotOnTheWay() {
        ForwardObserver one = new Named("a");
        assertThat(ForwardObserver.all(List.of(DeliveryLog.NONE, one, ForwardObserver.NONE))).isSameAs(one);
        assertThat(ForwardObserver.all(List.of(DeliveryLog.NONE))).isSameAs(ForwardObserver.NONE);
    }

    @Test
    void countersStandWhereTheMessageWas() {
        ForwardObserver counters = new LoopCounters(0);
        message.sentNanos = 40;
        counters.replied(message, endpoint, new byte[9], 2, 9, 100);
        counters.refused(message, endpoint, ErrorCode.SERVER_FAILED, "", 100);
        counters.refused(message, null, ErrorCode.OVERLOADED, "", 100);
        counters.failed(endpoint, ErrorCode.TIMEOUT, 5);
        counters.refused(new RefusedMessage(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), null,
                new byte[0], new byte[0], ErrorCode.BAD_MESSAGE, 3));
        assertThat(endpoint.forwarded()).isEqualTo(1);
        assertThat(endpoint.failed()).isEqualTo(1);
        assertThat(routes.load().durations().count()).isEqualTo(1);
        assertThat(endpoint.durations().count()).isEqualTo(1);
        counters.notServed(endpoint, true);
        counters.unreachable(endpoint);
        counters.cancelled(message, 100);
        ServerSums at = new ServerSums().add(endpoint);
        assertThat(at.requestBytes()).isEqualTo(message.size());
        assertThat(at.replyBytes()).isEqualTo(7);
        assertThat(at.timedOut()).isEqualTo(1);
        assertThat(at.refused(ErrorCode.SERVER_FAILED)).isEqualTo(1);
        assertThat(at.notServed()).isEqualTo(1);
        assertThat(at.unreachable()).isEqualTo(1);
        PolicySums of = new PolicySums().add(routes.load());
        assertThat(of.refused(ErrorCode.OVERLOADED)).isEqualTo(1);
        assertThat(of.refused(ErrorCode.SERVER_FAILED)).as("that is counted at its server").isZero();
        assertThat(of.cancelled()).isEqualTo(1);
    }
}
