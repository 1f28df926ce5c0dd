package io.revproc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.start.WrongSettingException;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.LifecycleProcessor;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * Has the listener take messages before the HTTP side is made, which takes as long as all before it. Whether the proxy is ready is
 * asked there, so it is ready when all is there. If the rest of the start fails, that is logged at once, and what has begun ends as it does at
 * the end: replies that are owed leave first. So does what has begun if the process is told to end meanwhile: the start goes on to its next
 * part and no further.
 */
final class ListenerFirstContext extends ServletWebServerApplicationContext {
    private static final Logger log = LoggerFactory.getLogger(ListenerFirstContext.class);

    /** Spring names what it binds settings to by their prefix and its class; to find it by its type takes longer. */
    private static final String SETTINGS = "-io.revproc.";

    private final BooleanSupplier ending;
    private @Nullable LifecycleProcessor begun;

    /** @param ending whether the process was told to end */
    ListenerFirstContext(BooleanSupplier ending) {
        this.ending = ending;
    }

    /** @throws SpringApplication.AbandonedRunException if the process was told to end: nobody is told that the start failed */
    void endIfAsked() {
        if (ending.getAsBoolean()) {
            throw new SpringApplication.AbandonedRunException(this);
        }
    }

    @Override
    protected void onRefresh() {
        requireSettings();
        DefaultLifecycleProcessor lifecycles = getBean(LIFECYCLE_PROCESSOR_BEAN_NAME, DefaultLifecycleProcessor.class);
        ListenerLifecycle listener = getBean(ListenerLifecycle.class);
        HttpBeforehand http = new HttpBeforehand(getBean(ServerProperties.class),
                Binder.get(getEnvironment()).bindOrCreate("management.server", ManagementServerProperties.class),
                ManagementPortType.get(getEnvironment()));
        http.requireFree(getBean(ListenerSettings.class));
        http.requireTls(getBean(SslBundles.class));
        begun = lifecycles;
        sayingWhyNot(() -> {
            listener.start(this::endIfAsked);
            super.onRefresh();
        });
    }

    /** Otherwise the start would end at the first class of settings that is wrong, and say nothing of the others. */
    private void requireSettings() {
        Map<String, BeansException> wrong = new LinkedHashMap<>();
        for (String name : getBeanDefinitionNames()) {
            if (name.contains(SETTINGS)) {
                try {
                    getBean(name);
                } catch (BeansException e) {
                    wrong.put(new StartFailures().sentence(e), e);
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw new WrongSettingException(String.join("; ", wrong.keySet()), wrong.values().iterator().next());
        }
    }

    @Override
    protected void finishBeanFactoryInitialization(ConfigurableListableBeanFactory beans) {
        sayingWhyNot(() -> super.finishBeanFactoryInitialization(beans));
    }

    @Override
    protected void finishRefresh() {
        sayingWhyNot(super::finishRefresh);
    }

    /** The sentence for the person who started it comes when all has ended, which takes as long as the messages on their way do. */
    private void sayingWhyNot(Runnable part) {
        try {
            endIfAsked();
            part.run();
        } catch (SpringApplication.AbandonedRunException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            log.error("event=start_failed reason={}", LogValue.of(new StartFailures().sentence(e)));
            throw e;
        }
    }

    /** Also called when a start has failed, and then nothing but this ends what has begun. */
    @Override
    protected void destroyBeans() {
        try {
            if (begun != null) {
                begun.stop();
            }
        } finally {
            super.destroyBeans();
        }
    }
}
