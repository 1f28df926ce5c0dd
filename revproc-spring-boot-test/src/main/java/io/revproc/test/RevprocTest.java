package io.revproc.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives a test's application context a proxy of its own, in the same process on a free port. Stands beside {@code @SpringBootTest}:
 *
 * <pre>{@code
 * @SpringBootTest
 * @RevprocTest
 * class OrdersTest {
 *     @Test
 *     void isPlaced(@Autowired RevprocTemplate template) {
 *         assertThat(template.send("PP_1", new Order(3), Receipt.class).accepted()).isTrue();
 *     }
 * }
 * }</pre>
 *
 * <p>The application's client and its {@code @PolicyHandler} methods use that proxy, whatever {@code revproc.client.proxies} and
 * {@code revproc.server.proxies} say. When the context has started its handlers are registered. The proxy itself is a bean of type
 * {@link InProcessProxy}, and ends with the context.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface RevprocTest {}
