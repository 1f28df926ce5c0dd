package io.revproc.spring;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Supplier;

import io.revproc.server.AsyncHandler;
import io.revproc.server.Refusal;
import io.revproc.server.Reply;
import io.revproc.server.ServerRequest;
import io.revproc.server.answer.Exchange;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotBlank;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.Conventions;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;
import tools.jackson.databind.json.JsonMapper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What a handler method gets of a message, what its result becomes, and which methods can be none. */
class PolicyHandlerMethodTest {
    record Order(@NotBlank String item, @Max(9) int count) {}

    interface Shape {}

    /** One handler for each kind of parameter and of result; the policy is the method's name. */
    static class Handlers {
        @PolicyHandler("text")
        String text(String payload) {
            return "<" + payload + ">";
        }

        @PolicyHandler("bytes")
        byte[] bytes(byte[] payload) {
            return payload;
        }

        @PolicyHandler("order")
        Order order(Order order) {
            return new Order(order.item(), order.count() + 1);
        }

        @PolicyHandler("orders")
        int orders(List<Order> orders) {
            return orders.getFirst().count() + orders.size();
        }

        @PolicyHandler("number")
        int number(int payload) {
            return -payload;
        }

        @PolicyHandler("valid")
        String valid(@Payload @Valid Order order) {
            return order.item();
        }

        @PolicyHandler("context")
        String context(MessageContext context, String payload, ServerRequest request) {
            return context.policy() + context.clientId() + payload + request.payload().length + context.deadline();
        }

        @PolicyHandler("none")
        void none() {}

        @PolicyHandler("nothing")
        @Nullable
        Order nothing(Order order) {
            return null;
        }

        @PolicyHandler("later")
        CompletionStage<Order> later(String payload) {
            return CompletableFuture.completedFuture(new Order(payload, 1));
        }

        @PolicyHandler("laterNothing")
        CompletionStage<@Nullable Order> laterNothing(String payload) {
            return CompletableFuture.completedFuture(null);
        }

        @PolicyHandler("laterFails")
        CompletionStage<Order> laterFails(String payload) {
            return CompletableFuture.failedFuture(Refusal.notAllowed("not you"));
        }

        @PolicyHandler("ready")
        Reply ready(String payload) {
            return Reply.of(payload + "!");
        }

        @PolicyHandler("refuses")
        String refuses(String payload) {
            throw Refusal.retryable("later");
        }

        @PolicyHandler("fails")
        String fails(String payload) {
            throw new IllegalArgumentException("of its own");
        }

        @PolicyHandler("endless")
        Object endless(String payload) {
            List<Object> itself = new ArrayList<>();
            itself.add(Map.of(payload, itself));
            return itself;
        }

        @PolicyHandler("abstractOne")
        String abstractOne(Shape shape) {
            return "never";
        }
    }

    private static final LocalValidatorFactoryBean VALIDATOR = new LocalValidatorFactoryBean();
    private static final Map<String, AsyncHandler> HANDLERS = new HashMap<>();

    static {
        VALIDATOR.afterPropertiesSet();
        HANDLERS.putAll(find(Handlers.class, Handlers::new));
    }

    private static <T> Map<String, AsyncHandler> find(Class<T> type, Supplier<T> bean) {
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        beans.registerBeanDefinition("handlers",
                BeanDefinitionBuilder.genericBeanDefinition(type, bean).getBeanDefinition());
        return new PolicyHandlers(beans, JsonMapper.shared(), VALIDATOR).find();
    }

    /** Only the data port makes requests. */
    static ServerRequest request(String policy, String payload) {
        try {
            Constructor<?> exchange = Exchange.class.getDeclaredConstructors()[0];
            exchange.setAccessible(true);
            // The wire module's name of a policy: no type that an application, or this module, has to know.
            Object name = exchange.getParameterTypes()[1].getMethod("of", String.class).invoke(null, policy);
            Constructor<ServerRequest> request = ServerRequest.class.getDeclaredConstructor(Exchange.class);
            request.setAccessible(true);
            return request.newInstance(exchange.newInstance(null, name, name, null, "7".getBytes(UTF_8),
                    payload.getBytes(UTF_8), false, 1_500, null));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the data port makes requests otherwise now", e);
        }
    }

    private static String answer(String policy, String payload) throws Exception {
        Reply reply = Objects.requireNonNull(HANDLERS.get(policy)).handle(request(policy, payload))
                .toCompletableFuture().join();
        Method bytes = Reply.class.getDeclaredMethod("payload");
        bytes.setAccessible(true);
        return new String((byte[]) bytes.invoke(reply), UTF_8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"text | `` | <>", "text | null | <null>",
            "text | {\"a\": | <{\"a\":>", "bytes | ü | ü",
            "order | {\"item\":\"x\",\"count\":2} | {\"item\":\"x\",\"count\":3}",
            "orders | [{\"item\":\"x\",\"count\":5}] | 6", "number | 4 | -4",
            "valid | {\"item\":\"x\",\"count\":9} | x",
            "context | abc | context7abc3PT1.5S", "none | whatever | ``", "nothing | {\"item\":\"x\",\"count\":1} | ``",
            "later | x | {\"item\":\"x\",\"count\":1}", "laterNothing | x | ``", "ready | x | x!"})
    void whatComesAndWhatGoes(String policy, String payload, String reply) throws Exception {
        assertThat(answer(policy, payload)).isEqualTo(reply);
    }

    /** The sentence goes to the client; nothing of the payload is in it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "order | `` | the payload can't be read as Order",
            "order | null | the payload is null, but Order is expected",
            "order | {\"item\":\"secret\" | the payload can't be read as Order (line 1, column",
            "order | {\"item\":[\"secret\"]} | the payload can't be read as Order (line 1, column",
            "order | {\"count\":\"secret\"} | the payload can't be read as Order (line 1, column",
            "order | {\"item\":\"secret\"} \"secret\" | the payload can't be read as Order (line 1, column",
            "orders | [\"secret\"] | the payload can't be read as List (line 1, column",
            "orders | DEEP | the payload can't be read as List", "number | secret | the payload can't be read as int",
            "number | null | the payload", "number | 99999999999 | the payload can't be read as int",
            "valid | {\"item\":\" \",\"count\":77} | the payload is not valid: count must be less than or equal to 9, item must not be blank"})
    void aPayloadThatCannotBeReadIsRefused(String policy, String payload, String sentence) {
        String sent = payload.equals("DEEP") ? "[".repeat(5_000) + "]".repeat(5_000) : payload;
        assertThatExceptionOfType(Refusal.class).isThrownBy(() -> answer(policy, sent)).satisfies(refusal -> {
            // By its name: its type is of a module that this one does not declare.
            assertThat(refusal).extracting("code").hasToString("BAD_MESSAGE");
            assertThat(refusal.sentence()).startsWith(sentence).doesNotContain("secret", "77", "99999999999", "\n");
        });
    }

    /** A mistake of the application is no fault of who sends. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"fails | IllegalArgumentException | of its own",
            "endless | IllegalStateException | a java.util.ArrayList can't be written as JSON",
            "abstractOne | IllegalStateException | no payload can be read as"})
    void aHandlerThatFailsRefusesNothing(String policy, String type, String message) {
        assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> answer(policy, "{}"))
                .satisfies(failure -> assertThat(failure.getClass().getSimpleName()).isEqualTo(type))
                .withMessageStartingWith(message);
    }

    @Test
    void aRefusalOfTheHandlerIsWhatTheClientGets() {
        assertThatExceptionOfType(Refusal.class).isThrownBy(() -> answer("refuses", "x")).withMessage("later");
        assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> answer("laterFails", "x"))
                .havingCause().isInstanceOf(Refusal.class).withMessage("not you");
    }

    static class TwoPayloads {
        @PolicyHandler("P")
        String two(String one, Order other) {
            return one;
        }
    }

    static class LateFuture {
        @PolicyHandler("P")
        Future<String> late(String payload) {
            return CompletableFuture.completedFuture(payload);
        }
    }

    static class LatePublisher {
        @PolicyHandler("P")
        Flow.@Nullable Publisher<String> late(String payload) {
            return null;
        }
    }

    static class NoPolicy {
        @PolicyHandler(" ")
        String none(String payload) {
            return payload;
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"TwoPayloads | TwoPayloads.two has 2 parameters for the payload",
            "LateFuture | LateFuture.late returns a Future; a result that comes later is a CompletionStage",
            "LatePublisher | LatePublisher.late returns a Publisher", "NoPolicy | NoPolicy.none names no policy"})
    void aMethodThatCanBeNoHandlerStopsTheStart(String type, String sentence) throws Exception {
        Class<?> beans = Class.forName(getClass().getName() + "$" + type);
        assertThatExceptionOfType(PolicyHandlerException.class).isThrownBy(() -> find(beans, () -> null))
                .withMessageContaining(sentence);
    }

    /** As with a transaction around a bean that has an interface: the handler is not to be called through it. */
    @Test
    void aProxyWithoutTheMethodStopsTheStart() {
        ProxyFactory proxies = new ProxyFactory(Shape.class, (MethodInterceptor) call -> null);
        AbstractBeanDefinition shaped = BeanDefinitionBuilder
                .genericBeanDefinition(Object.class, () -> proxies.getProxy()).getBeanDefinition();
        // As the creator of proxies leaves it behind.
        shaped.setAttribute(Conventions.getQualifiedAttributeName(AutoProxyUtils.class, "originalTargetClass"),
                Shaped.class);
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        beans.registerBeanDefinition("shaped", shaped);
        beans.getBean("shaped");
        assertThatExceptionOfType(PolicyHandlerException.class)
                .isThrownBy(() -> new PolicyHandlers(beans, JsonMapper.shared(), null).find())
                .withMessageContaining("Shaped.on", "the bean 'shaped' is a proxy");
    }

    static class Shaped implements Shape {
        @PolicyHandler("P")
        public String on(String payload) {
            return payload;
        }
    }
}
