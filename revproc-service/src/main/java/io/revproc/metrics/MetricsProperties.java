package io.revproc.metrics;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How many series the metrics may have. What is over a limit is counted under the label {@code (other)}.
 *
 * @param maxPolicies   the most policies that have their own series, about 40 each
 * @param maxServers    the most servers that have their own counters, about 10 series each
 * @param maxHistograms the most servers that have their own histogram, 24 series each
 */
@Validated
@ConfigurationProperties(prefix = "revproc.metrics", ignoreUnknownFields = false)
public record MetricsProperties(@DefaultValue("500") @Min(0) @Max(100_000) int maxPolicies,
        @DefaultValue("1000") @Min(0) @Max(100_000) int maxServers,
        @DefaultValue("200") @Min(0) @Max(100_000) int maxHistograms) {}
