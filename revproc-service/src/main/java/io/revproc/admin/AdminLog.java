package io.revproc.admin;

import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** A line for every change: who, from where, what. The line itself says when. */
@Component
final class AdminLog implements AdminObserver {
    private static final Logger log = LoggerFactory.getLogger(AdminLog.class);

    @Override
    public void changed(AdminChange change) {
        log.info("event=admin_change who={} client={} what={} server={}", LogValue.of(change.who()),
                LogValue.of(change.client()), LogValue.of(change.what()), LogValue.of(change.subject()));
    }
}
