package io.revproc;

import java.time.InstantSource;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggerContextListener;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.revproc.proxy.events.EventLine;
import io.revproc.proxy.events.EventLog;
import io.revproc.transport.NettyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Has every event that is logged remembered, whatever level the log has at the moment: one call writes the line and the event. There before
 * the first bean, so that what the start says is remembered too. Several proxies in one process, as tests have them, hear of each
 * other's events.
 */
final class EventTap implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    private static final String OURS = "io.revproc.";
    private static final String ACCESS_LOG = "io.revproc.access";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        EventLog events = new EventLog(InstantSource.system());
        context.getBeanFactory().registerSingleton("eventLog", events);
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logging) {
            // The tap makes each question whether something is logged dearer, and Netty asks many.
            NettyLog.throughJdk();
            Tap tap = new Tap(events);
            tap.start();
            logging.addTurboFilter(tap);
            Again again = new Again(tap);
            logging.addListener(again);
            if (context.getBeanFactory() instanceof DefaultListableBeanFactory beans) {
                beans.registerDisposableBean("eventTap", () -> {
                    logging.removeListener(again);
                    logging.getTurboFilterList().remove(tap);
                });
            }
        }
    }

    /** Sees every statement before it is known whether its line is written. */
    private static final class Tap extends TurboFilter {
        private final EventLog events;

        Tap(EventLog events) {
            this.events = events;
        }

        @Override
        public FilterReply decide(@Nullable Marker marker, Logger logger, Level level, @Nullable String format,
                Object @Nullable [] values, @Nullable Throwable thrown) {
            if (format != null && level.isGreaterOrEqual(Level.INFO) && logger.getName().startsWith(OURS)
                    && !logger.getName().equals(ACCESS_LOG)) {
                EventLine line = EventLine.of(format, values);
                if (line != null) {
                    events.add(org.slf4j.event.Level.valueOf(level.levelStr), line);
                }
            }
            return FilterReply.NEUTRAL;
        }
    }

    /** Setting the logging up anew, as the start of another proxy in this process does, takes all filters out. */
    private record Again(Tap tap) implements LoggerContextListener {
        @Override
        public boolean isResetResistant() {
            return true;
        }

        @Override
        public void onStart(LoggerContext context) {}

        @Override
        public void onReset(LoggerContext context) {
            context.addTurboFilter(tap);
        }

        @Override
        public void onStop(LoggerContext context) {}

        @Override
        public void onLevelChange(Logger logger, Level level) {}
    }
}
