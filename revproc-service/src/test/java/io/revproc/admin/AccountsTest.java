package io.revproc.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.revproc.admin.AdminProperties.Role;
import io.revproc.admin.AdminProperties.User;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AccountsTest {
    private static final String CHEAP = "$2y$08$" + "a".repeat(53);
    private static final String DEAR = "$2y$13$" + "b".repeat(53);

    private final List<String> checked = new ArrayList<>();
    private final Accounts accounts = new Accounts(new AdminProperties(
            List.of(new User("ada", Role.OPERATOR, CHEAP), new User("grace", Role.VIEWER, DEAR)), List.of(), true),
            (password, hash) -> {
                checked.add(hash);
                return password.equals("right");
            });

    @Test
    void unknownNameCostsOneCheckOfSomeUsersCostAndAlwaysTheSame() {
        for (String name : List.of("nobody", "ada2", "", "root", "x".repeat(500))) {
            checked.clear();
            for (int i = 0; i < 3; i++) {
                assertThat(accounts.byName(name, "right")).as("even where the password fits the stand-in").isNull();
            }
            assertThat(checked).as(name).hasSize(3).containsOnly(checked.getFirst()).isSubsetOf(CHEAP, DEAR);
        }
    }

    @Test
    void unknownNamesCostWhatTheUsersCost() {
        for (int i = 0; i < 200; i++) {
            accounts.byName("nobody" + i, "wrong");
        }
        assertThat(checked).contains(CHEAP, DEAR);
    }

    @Test
    void wrongPasswordCostsOneCheckOfItsUsersHashAndTheRightOneIsRemembered() {
        assertThat(accounts.byName("ada", "wrong")).isNull();
        assertThat(accounts.byName("grace", "wrong")).isNull();
        assertThat(checked).containsExactly(CHEAP, DEAR);
        assertThat(Objects.requireNonNull(accounts.byName("ada", "right")).role()).isEqualTo(Role.OPERATOR);
        assertThat(Objects.requireNonNull(accounts.byName("ada", "right")).name()).isEqualTo("ada");
        assertThat(checked).hasSize(3);
    }
}
