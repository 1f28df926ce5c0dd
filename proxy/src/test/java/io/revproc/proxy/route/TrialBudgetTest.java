package io.revproc.proxy.route;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class TrialBudgetTest {
    private final TrialBudget budget = new TrialBudget();

    @ParameterizedTest
    @ValueSource(ints = {1, 35, 99, 100, 101, 1_000, 12_345})
    void atMostOneMessageInAHundredIsATrial(int messages) {
        int trials = 0;
        for (int i = 0; i < messages; i++) {
            budget.passed();
            trials += budget.spend() ? 1 : 0;
        }
        assertThat(trials).isEqualTo(messages / 100);
    }

    @Test
    void whatIsNotSpentIsNotSavedUp() {
        for (int i = 0; i < 100_000; i++) {
            budget.passed();
        }
        assertThat(budget.spend()).isTrue();
        assertThat(budget.spend()).isFalse();
    }

    @Test
    void trialThatWasNotMadeIsGivenBack() {
        Random random = new Random(3);
        int made = 0;
        int messages = 50_000;
        for (int i = 0; i < messages; i++) {
            budget.passed();
            if (budget.spend()) {
                if (random.nextBoolean()) {
                    budget.refund();
                } else {
                    made++;
                }
            }
        }
        assertThat(made).isPositive().isLessThanOrEqualTo(messages / 100);
    }
}
