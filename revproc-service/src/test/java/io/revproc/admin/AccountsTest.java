package io.revproc.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

import io.revproc.admin.Accounts.Account;
import io.revproc.admin.AdminProperties.Role;
import io.revproc.admin.AdminProperties.Token;
import io.revproc.admin.AdminProperties.User;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

    @Test
    void rememberedPasswordIsThatUsersAlone() {
        accounts.byName("ada", "right");
        checked.clear();
        assertThat(accounts.byName("grace", "right")).isNotNull();
        assertThat(checked).as("checked by its own hash").containsExactly(DEAR);
        assertThat(accounts.byName("ada", "wrong")).as("another password").isNull();
        assertThat(checked).hasSize(2);
    }

    @Test
    void tokenIsKnownByItselfAndOnlyUnderItsOwnName() {
        Accounts both = accounts(List.of(new User("ada", Role.VIEWER, CHEAP)),
                new Token("ci", Role.OPERATOR, sha256("t0ken")));
        Account ci = new Account("ci", Role.OPERATOR);
        assertThat(both.byToken("t0ken")).isEqualTo(ci);
        assertThat(both.byToken("token")).isNull();
        assertThat(both.byName("ci", "t0ken")).isEqualTo(ci);
        assertThat(both.byName("ada", "t0ken")).as("it is not ada's password").isNull();
        assertThat(checked).as("nor is any hash computed for it").isEmpty();
    }

    @Test
    void withoutUsersNoHashIsComputed() {
        Accounts tokens = accounts(List.of(), new Token("ci", Role.VIEWER, sha256("t0ken")));
        assertThat(tokens.byName("ada", "right")).isNull();
        assertThat(checked).isEmpty();
    }

    @Test
    void knowsWhetherAnybodyCouldBeLetIn() {
        assertThat(accounts.any() && accounts.anyOperator()).isTrue();
        Accounts nobody = accounts(List.of());
        assertThat(nobody.any() || nobody.anyOperator()).isFalse();
        Accounts viewer = accounts(List.of(new User("ada", Role.VIEWER, CHEAP)));
        assertThat(viewer.any()).isTrue();
        assertThat(viewer.anyOperator()).isFalse();
        assertThat(accounts(List.of(), new Token("ci", Role.OPERATOR, sha256("t"))).anyOperator()).isTrue();
        assertThat(accounts(List.of(), new Token("ci", Role.VIEWER, sha256("t"))).any()).isTrue();
    }

    @Test
    void thirdCheckAtATimeIsRefusedAfterAWhile() throws InterruptedException {
        CountDownLatch checking = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        Accounts slow = new Accounts(new AdminProperties(List.of(new User("ada", Role.VIEWER, CHEAP)), List.of(), true),
                (password, hash) -> {
                    checking.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return true;
                });
        List<Thread> two = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            two.add(Thread.startVirtualThread(() -> slow.byName("ada", "x")));
        }
        checking.await();
        // whoever is interrupted does not wait out its patience
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> slow.byName("ada", "y")).isInstanceOf(Accounts.BusyException.class)
                .hasMessageContaining("try again in a few seconds");
        assertThat(Thread.interrupted()).isTrue();
        go.countDown();
        for (Thread each : two) {
            each.join();
        }
        assertThat(slow.byName("ada", "z")).as("there is room again").isNotNull();
    }

    private Accounts accounts(List<User> users, Token... tokens) {
        return new Accounts(new AdminProperties(users, List.of(tokens), true), (password, hash) -> {
            checked.add(hash);
            return password.equals("right");
        });
    }

    private static String sha256(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
