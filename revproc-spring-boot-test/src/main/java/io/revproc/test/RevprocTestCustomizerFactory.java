package io.revproc.test;

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.revproc.server.PolicyServer;
import io.revproc.spring.PolicyServerLifecycle;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Puts a proxy into the contexts of tests that are annotated with {@link RevprocTest}. */
class RevprocTestCustomizerFactory implements ContextCustomizerFactory {
    @Override
    public @Nullable ContextCustomizer createContextCustomizer(Class<?> test,
            List<ContextConfigurationAttributes> attributes) {
        return TestContextAnnotationUtils.hasAnnotation(test, RevprocTest.class) ? new WithProxy() : null;
    }

    /** All are equal: contexts that differ in nothing else are shared between test classes. */
    private record WithProxy() implements ContextCustomizer {
        @Override
        public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration merged) {
            RootBeanDefinition proxy = new RootBeanDefinition(InProcessProxy.class, InProcessProxy::start);
            proxy.setDestroyMethodName("close");
            ((BeanDefinitionRegistry) context.getBeanFactory()).registerBeanDefinition("revprocTestProxy", proxy);
            context.addApplicationListener((ApplicationListener<ContextRefreshedEvent>) refreshed -> {
                if (refreshed.getApplicationContext() == context) {
                    awaitRegistration(context);
                }
            });
        }

        private static void awaitRegistration(ApplicationContext context) {
            PolicyServerLifecycle lifecycle = context.getBeanProvider(PolicyServerLifecycle.class).getIfAvailable();
            PolicyServer server = lifecycle == null ? null : lifecycle.server();
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (server != null && !server.registered()) {
                if (System.nanoTime() > until) {
                    throw new IllegalStateException("the handlers are not registered: " + server.registrations());
                }
                try {
                    Thread.sleep(2);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while handlers register", e);
                }
            }
        }
    }
}
