package io.revproc.metrics;

import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How many series the metrics may have. What is over a limit is counted under the label {@code (other)}.
 *
 * @param maxPolicies   the most policies that have their own series, about 40 each
 * @param maxServers    the most servers that have their own counters, about 10 series each
 * @param maxHistograms the most servers that have their own histogram, 24 series each
 */
@ConfigurationProperties("revproc.metrics")
public record MetricsProperties(@DefaultValue("500") int maxPolicies,
        @DefaultValue("1000") int maxServers,
        @DefaultValue("200") int maxHistograms) implements CheckedSettings {
    @Override
    public void check(Bounds bounds) {
        bounds.range("max-policies", maxPolicies, 0, 100_000)
                .range("max-servers", maxServers, 0, 100_000)
                .range("max-histograms", maxHistograms, 0, 100_000);
    }
}
