package io.revproc.proxy.etcd;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.proxy.etcd.SlotEvent.Facts;
import io.revproc.proxy.etcd.SlotEvent.Here;
import io.revproc.proxy.etcd.SlotState.Claim;
import io.revproc.proxy.etcd.SlotState.Copy;
import io.revproc.proxy.etcd.SlotStep.Yields;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.Endpoints;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The rules of the shared table by table: a slot, what happens, what becomes of it. No etcd, no switch table, no clock. */
class SlotRulesTest {
    private static final EntryKey KEY = new EntryKey(Ident.of("PP_1"), Ident.of(1));
    private static final long NOW = 1_800_000_000_000L;
    private static final Instant SET_UP = Instant.ofEpochMilli(NOW - 1000);
    private static final Self SELF = new Self("one", new Site("here"));
    private static final SlotRules RULES = new SlotRules(SELF);
    private static final SlotState NEW = SlotState.of(KEY);

    private static final Endpoint OLD = endpoint(1, 9001);
    private static final Endpoint LEASED = endpoint(2, 9001);

    private static EndpointSpec spec(int proto, int port, @Nullable String owner) {
        return new EndpointSpec(KEY.policy(), KEY.id(), InetAddress.ofLiteral("192.0.2.1"), port, proto, proto == 2, 1,
                null, 1, false, owner, null);
    }

    private static Endpoint endpoint(int proto, int port) {
        return Endpoints.of(spec(proto, port, null), EndpointState.registered(proto == 1 ? null : "L"));
    }

    /** An entry as this proxy writes it of an endpoint. */
    private static SharedEntry mine(Endpoint endpoint, String token) {
        return SELF.entry(endpoint.spec(), endpoint.registeredAt(), token, false);
    }

    /** An entry of another proxy. */
    private static SharedEntry theirs(int proto, String token) {
        return SharedEntry.of(spec(proto, 9001, null), Instant.ofEpochMilli(NOW - 500), token, false, "two", null);
    }

    private static <T> Copy<T> at(@Nullable T value, long created, long revision) {
        return new Copy<>(value, created, revision, revision);
    }

    private static Wanted word(Mode mode, String token, long at) {
        return new Wanted(mode, token, theirs(1, token), at, "two", false);
    }

    private static Wanted removal(String token, long at) {
        return new Wanted(Mode.ACTIVE, token, theirs(1, token), at, "two", true);
    }

    private static Facts facts(@Nullable Endpoint endpoint, EndpointState state) {
        return new Facts(endpoint == null ? null : new Here(endpoint, state, SET_UP), NOW, false);
    }

    private static Facts here(Endpoint endpoint) {
        return facts(endpoint, endpoint.state());
    }

    private static Facts here(Endpoint endpoint, Mode mode) {
        return facts(endpoint, endpoint.state().withMode(mode));
    }

    private static Facts absent() {
        return new Facts(null, NOW, false);
    }

    private static SlotState of(Copy<SharedEntry> entry) {
        return NEW.withEntry(entry);
    }

    /** A slot whose entry this proxy has written. */
    private static SlotState own(Endpoint endpoint, String token) {
        return of(at(mine(endpoint, token), 5, 5)).withMine(token).withShown(token);
    }

    private static Claim claim(Endpoint endpoint, String token) {
        return new Claim(endpoint, token, null, false, false);
    }

    private static SlotState claims(Endpoint endpoint, String token) {
        return NEW.withClaim(claim(endpoint, token)).withMine(token).withShown(token);
    }

    private static Show.Entry shows(Copy<SharedEntry> entry, Mode mode, boolean anew) {
        return new Show.Entry(Objects.requireNonNull(entry.value()), mode, anew, entry.created(), entry.key());
    }

    /** One row of the table. */
    record Row(String what, SlotState slot, SlotEvent event, Facts facts, SlotStep expected) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static final List<Row> ROWS = new ArrayList<>();

    private static void row(String what, SlotState slot, SlotEvent event, Facts facts, SlotStep expected) {
        ROWS.add(new Row(what, slot, event, facts, expected));
    }

    private static void row(String what, SlotState slot, SlotEvent event, Facts facts, SlotState expected) {
        row(what, slot, event, facts, SlotStep.of(expected));
    }

    static List<Row> rows() {
        ROWS.clear();
        changesHere();
        whatWasKept();
        changesInEtcd();
        wholeTable();
        wordsOfOthers();
        nextWrites();
        contests();
        outcomes();
        shown();
        settled();
        return List.copyOf(ROWS);
    }

    private static void changesHere() {
        EndpointState active = OLD.state();
        row("a setup claims the entry", NEW, new SlotEvent.SetUp(OLD, active, "t", false), here(OLD), claims(OLD, "t"));
        row("a setup ends what was under way", of(at(theirs(1, "u"), 3, 4)).withRestore(theirs(1, "r"))
                .withRemoval("u").withAmend(true).withOrphan(true).withTableMode(Mode.DRAINING),
                new SlotEvent.SetUp(OLD, active, "t", true), here(OLD),
                of(at(theirs(1, "u"), 3, 4)).withClaim(new Claim(OLD, "t", "u", false, true)).withMine("t")
                        .withShown("t"));
        Wanted maintenance = new Wanted(Mode.MAINTENANCE, "t", mine(OLD, "t"), NOW, "one", false);
        row("a setup into a mode that is somebody's wish", NEW,
                new SlotEvent.SetUp(OLD, active.withMode(Mode.MAINTENANCE), "t", false), here(OLD),
                claims(OLD, "t").withTableMode(Mode.MAINTENANCE).withWord(maintenance).withWordPending(true));
        row("a setup keeps a maintenance", NEW.withTableMode(Mode.MAINTENANCE),
                new SlotEvent.SetUp(OLD, active.withMode(Mode.MAINTENANCE), "t", false), here(OLD),
                claims(OLD, "t").withTableMode(Mode.MAINTENANCE));

        SlotState own = own(OLD, "t");
        row("nothing differs", own, new SlotEvent.Look(), here(OLD), own);
        row("nothing is there", own, new SlotEvent.Look(), absent(), own);
        row("an operator wishes maintenance", own, new SlotEvent.Look(), here(OLD, Mode.MAINTENANCE),
                own.withTableMode(Mode.MAINTENANCE).withWord(maintenance).withWordPending(true));
        SlotState maintained = own.withTableMode(Mode.MAINTENANCE).withWord(maintenance);
        row("a later word is later whatever the clock says",
                maintained.withWord(word(Mode.MAINTENANCE, "t", NOW + 70)), new SlotEvent.Look(), here(OLD),
                own.withWord(new Wanted(Mode.ACTIVE, "t", mine(OLD, "t"), NOW + 71, "one", false))
                        .withWordPending(true));
        row("what nobody asked for needs no word", own.withTableMode(Mode.DRAINING), new SlotEvent.Look(), here(OLD),
                own);
        row("an own entry gets the mode that is wanted", own.withWord(maintenance), new SlotEvent.Look(), here(OLD),
                SlotStep.show(own.withWord(maintenance), new Show.Own(0, Mode.MAINTENANCE)));
        SlotState others = of(at(theirs(1, "u"), 3, 4)).withShown("u");
        row("another proxy's entry is shown again", others, new SlotEvent.Look(), here(OLD),
                SlotStep.show(others, shows(others.entry(), Mode.ACTIVE, false)));
        row("of another proxy's entry an operator here may say something", others, new SlotEvent.Look(),
                here(OLD, Mode.DRAINING),
                SlotStep.show(others.withTableMode(Mode.DRAINING)
                        .withWord(new Wanted(Mode.DRAINING, "u", theirs(1, "u"), NOW, "one", false))
                        .withWordPending(true), shows(others.entry(), Mode.DRAINING, false)));
        SlotState leased = own(LEASED, "L");
        EndpointState lost = LEASED.state().lose("L");
        row("etcd is to hear that a session is lost", leased, new SlotEvent.Look(), facts(LEASED, lost),
                leased.withAmend(true));
        row("of another session's end it is not", leased.withMine("K"), new SlotEvent.Look(), facts(LEASED, lost),
                leased.withMine("K"));
        row("nor of one that it knows of",
                leased.withEntry(at(mine(LEASED, "L").withLost(true), 5, 5)), new SlotEvent.Look(),
                facts(LEASED, lost), leased.withEntry(at(mine(LEASED, "L").withLost(true), 5, 5)));
        row("nor when this proxy leaves", leased, new SlotEvent.Look(),
                new Facts(new Here(LEASED, lost, SET_UP), NOW, true), leased);
        row("of a claim the setup will say it", leased.withClaim(claim(LEASED, "L")), new SlotEvent.Look(),
                facts(LEASED, lost), leased.withClaim(claim(LEASED, "L")));

        EndpointState gone = OLD.state().remove();
        SharedEntry about = mine(OLD, "t");
        row("an old server that was taken out is remembered as such", own,
                new SlotEvent.Removed(OLD, gone, null, false), absent(),
                own.withMine(null).withRemoval("t").withWord(new Wanted(Mode.ACTIVE, "t", about, NOW, "one", true))
                        .withWordPending(true));
        row("so is one that etcd has yet to hear of", claims(OLD, "t").withRestore(about),
                new SlotEvent.Removed(OLD, gone, null, false), absent(),
                NEW.withShown("t").withRemoval("t").withWord(new Wanted(Mode.ACTIVE, "t", about, NOW, "one", true))
                        .withWordPending(true));
        row("an own session that ends leaves no word", leased.withAmend(true).withOrphan(true),
                new SlotEvent.Removed(LEASED, lost, "L", false), absent(),
                leased.withMine(null).withRemoval("L"));
        Endpoint revoked = Endpoints.revoked(spec(2, 9001, null), EndpointState.registered("L"), "its grant ended");
        row("of one that was revoked the others are to hear why", leased,
                new SlotEvent.Removed(revoked, lost, "L", false), absent(),
                leased.withMine(null).withRemoval("L", "its grant ended"));
        row("but takes the word that etcd has with it",
                leased.withWord(word(Mode.DRAINING, "L", 1)).withWanted(at(word(Mode.DRAINING, "L", 1), 7, 7)),
                new SlotEvent.Removed(LEASED, lost, "L", false), absent(),
                leased.withMine(null).withRemoval("L").withWordPending(true)
                        .withWanted(at(word(Mode.DRAINING, "L", 1), 7, 7)));
        row("another proxy's session that was taken out leaves one",
                of(at(theirs(2, "K"), 3, 4)), new SlotEvent.Removed(LEASED, lost, "K", false), absent(),
                of(at(theirs(2, "K"), 3, 4)).withRemoval("K")
                        .withWord(new Wanted(Mode.ACTIVE, "K", theirs(2, "K"), NOW, "one", true))
                        .withWordPending(true));
        row("a maintenance outlives the loss of the address",
                leased.withWord(word(Mode.MAINTENANCE, "L", 1)), new SlotEvent.Removed(LEASED, lost, "L", true),
                absent(), leased.withWord(word(Mode.MAINTENANCE, "L", 1)).withMine(null).withRemoval("L")
                        .withDisplaced(true));
        row("and ends where somebody takes the server out", leased.withWord(word(Mode.MAINTENANCE, "L", 1)),
                new SlotEvent.Removed(LEASED, lost, "L", false), absent(),
                leased.withMine(null).withRemoval("L")
                        .withWord(new Wanted(Mode.ACTIVE, "L", mine(LEASED, "L"), NOW, "one", true))
                        .withWordPending(true));
        row("a claim of another setup stays", leased.withClaim(claim(OLD, "n")),
                new SlotEvent.Removed(LEASED, lost, "L", true), absent(),
                leased.withClaim(claim(OLD, "n")).withMine(null).withRemoval("L").withDisplaced(true));
    }

    private static void whatWasKept() {
        Wanted said = word(Mode.MAINTENANCE, "u", 9);
        row("a word that etcd has yet to hear", NEW, new SlotEvent.Recall(new Kept.Word(said, true), null), absent(),
                NEW.withWord(said).withWordPending(true));
        SharedEntry server = theirs(1, "u");
        row("a server is tried", NEW, new SlotEvent.Recall(null, new Kept.Server(server, false)), absent(),
                SlotStep.show(NEW.withRestore(server).withRecalled(true), new Show.Unverified(server, Mode.ACTIVE)));
        row("a server that etcd has yet to hear of", NEW.withWord(said),
                new SlotEvent.Recall(null, new Kept.Server(server, true)), absent(),
                SlotStep.show(NEW.withWord(said).withRestore(server), new Show.Unverified(server, Mode.MAINTENANCE)));
        row("one that was taken out is not", NEW.withWord(removal("u", 9)),
                new SlotEvent.Recall(null, new Kept.Server(server, true)), absent(), NEW.withWord(removal("u", 9)));
        row("a maintenance is shown", NEW.withWord(said), new SlotEvent.Recalled(), absent(),
                SlotStep.show(NEW.withWord(said), new Show.Absent(said.entry())));
        row("a server stands as it is", NEW.withRestore(server), new SlotEvent.Recalled(), absent(),
                NEW.withRestore(server));
        SharedEntry elsewhere = SharedEntry.of(new EndpointSpec(KEY.policy(), KEY.id(),
                InetAddress.ofLiteral("127.0.0.1"), 9001, 1, false, 1, null, 1, false, null, null), SET_UP, "u", false,
                "two", "there");
        row("one of another machine's loopback is not shown", NEW,
                new SlotEvent.Recall(null, new Kept.Server(elsewhere, true)), absent(), NEW.withRestore(elsewhere));
        row("nor one that etcd has", NEW, new SlotEvent.EntryChanged(at(elsewhere, 3, 3), false), absent(),
                SlotStep.show(of(at(elsewhere, 3, 3)), new Show.Remove()));
    }

    private static void changesInEtcd() {
        Copy<SharedEntry> entry = at(theirs(1, "u"), 3, 6);
        row("another proxy's server", NEW, new SlotEvent.EntryChanged(entry, false), absent(),
                SlotStep.show(of(entry), shows(entry, Mode.ACTIVE, true)));
        row("in the mode that is wanted", NEW.withWord(word(Mode.DRAINING, "u", 1)),
                new SlotEvent.EntryChanged(entry, false), absent(),
                SlotStep.show(of(entry).withWord(word(Mode.DRAINING, "u", 1)), shows(entry, Mode.DRAINING, true)));
        row("what is older than known is nothing", of(at(theirs(1, "v"), 3, 6)),
                new SlotEvent.EntryChanged(at(theirs(1, "u"), 3, 6), false), absent(), of(at(theirs(1, "v"), 3, 6)));
        row("a server that moved to another proxy is not this one's", own(OLD, "t").withOrphan(true),
                new SlotEvent.EntryChanged(entry, false), here(OLD),
                SlotStep.show(own(OLD, "t").withEntry(entry).withMine(null), shows(entry, Mode.ACTIVE, true)));
        row("a claim decides when it is written", claims(OLD, "t"), new SlotEvent.EntryChanged(entry, false), here(OLD),
                claims(OLD, "t").withEntry(entry));
        Copy<SharedEntry> own = at(mine(OLD, "t"), 5, 7);
        row("an own entry takes its place", own(OLD, "t"), new SlotEvent.EntryChanged(own, false), here(OLD),
                SlotStep.show(own(OLD, "t").withEntry(own), new Show.Own(5, null)));
        row("an own write that nobody wants any more is taken back", NEW, new SlotEvent.EntryChanged(own, false),
                absent(), of(own).withRemoval("t"));
        row("an own write of an earlier setup changes nothing", own(OLD, "n").withEntry(Copy.none(1)),
                new SlotEvent.EntryChanged(own, false), here(OLD), own(OLD, "n").withEntry(own));
        row("what replaces a server that was to be restored", NEW.withRestore(theirs(1, "r")),
                new SlotEvent.EntryChanged(entry, false), absent(),
                SlotStep.show(of(entry), shows(entry, Mode.ACTIVE, true)));
        SharedEntry younger = SharedEntry.of(spec(1, 9001, null), Instant.ofEpochMilli(NOW), "r", false, "two", null);
        row("what is older than one to be restored", NEW.withRestore(younger),
                new SlotEvent.EntryChanged(entry, false), absent(),
                SlotStep.show(of(entry).withRestore(younger), shows(entry, Mode.ACTIVE, true)));

        Copy<SharedEntry> none = Copy.none(9);
        SlotState others = of(at(theirs(2, "u"), 3, 4)).withShown("u");
        row("a server that went", others, new SlotEvent.EntryChanged(none, false), here(LEASED),
                SlotStep.show(others.withEntry(none), new Show.Remove()));
        row("one whose proxy etcd did not hear stays for a while", others, new SlotEvent.EntryChanged(none, true),
                here(LEASED), others.withEntry(none).withOrphan(true));
        row("an old one does not, it has no lease", of(at(theirs(1, "u"), 3, 4)),
                new SlotEvent.EntryChanged(none, true), here(OLD), SlotStep.show(of(none), new Show.Remove()));
        row("one that is back is no orphan", others.withEntry(none).withOrphan(true),
                new SlotEvent.EntryChanged(at(theirs(2, "u"), 10, 10), false), here(LEASED),
                SlotStep.show(others.withEntry(at(theirs(2, "u"), 10, 10)),
                        new Show.Entry(theirs(2, "u"), Mode.ACTIVE, false, 10, 10)));
        row("an own one that went is asked about", own(LEASED, "L"), new SlotEvent.EntryChanged(none, true),
                here(LEASED), own(LEASED, "L").withEntry(none));
        row("it was taken out", own(LEASED, "L").withEntry(none), new SlotEvent.RemovedByOthers(), here(LEASED),
                SlotStep.show(own(LEASED, "L").withEntry(none).withMine(null), new Show.Remove()));
        row("it is back meanwhile", own(LEASED, "L"), new SlotEvent.RemovedByOthers(), here(LEASED), own(LEASED, "L"));
        row("it is set up anew meanwhile", claims(LEASED, "L"), new SlotEvent.RemovedByOthers(), here(LEASED),
                claims(LEASED, "L"));
        row("what nobody can read is not there", others, new SlotEvent.EntryChanged(new Copy<>(null, 3, 9, 9), true),
                here(LEASED), SlotStep.show(others.withEntry(new Copy<>(null, 3, 9, 9)), new Show.Remove()));
        row("the time of orphans is over", others.withEntry(none).withOrphan(true), new SlotEvent.SparingOver(),
                here(LEASED), SlotStep.show(others.withEntry(none), new Show.Remove()));
        row("which others do not hear of", others, new SlotEvent.SparingOver(), here(LEASED), others);
    }

    private static void wholeTable() {
        SlotState others = of(at(theirs(1, "u"), 3, 4)).withShown("u").withBusy(true);
        row("a write under way has no outcome any more", others, new SlotEvent.Loading(9, true, false, false), absent(),
                others.withBusy(false));
        row("a setup that etcd did not hear of in time is late", claims(OLD, "t"),
                new SlotEvent.Loading(9, true, false, false), here(OLD),
                claims(OLD, "t").withClaim(new Claim(OLD, "t", null, false, true)));
        row("what is gone", others, new SlotEvent.Loading(9, false, false, true), absent(),
                others.withBusy(false).withEntry(Copy.none(9)));
        row("a session that is gone by nobody's will", of(at(theirs(2, "u"), 3, 4)),
                new SlotEvent.Loading(9, false, false, true), absent(), of(Copy.none(9)).withOrphan(true));
        row("one that is gone by somebody's", of(at(theirs(2, "u"), 3, 4)).withOrphan(true),
                new SlotEvent.Loading(9, false, false, false), absent(), of(Copy.none(9)));
        row("an old server that etcd lost is to be restored", others, new SlotEvent.Loading(9, false, true, true),
                absent(), others.withBusy(false).withEntry(Copy.none(0)).withRestore(theirs(1, "u")));
        row("but not an own one, which is claimed again", own(OLD, "t"), new SlotEvent.Loading(9, false, true, true),
                here(OLD), own(OLD, "t").withEntry(Copy.none(0)));
        row("nor one that is to be deleted", of(at(theirs(1, "u"), 3, 4)).withRemoval("u"),
                new SlotEvent.Loading(9, false, true, true), absent(), of(Copy.none(0)).withRemoval("u"));
        row("revisions of a table that is lost say nothing",
                others.withWanted(at(word(Mode.DRAINING, "u", 1), 3, 3)), new SlotEvent.Loading(2, true, true, true),
                absent(), others.withBusy(false).withEntry(others.entry().seen(0))
                        .withWanted(new Copy<>(word(Mode.DRAINING, "u", 1), 3, 3, 0)));
        SlotState recalled = NEW.withRestore(theirs(1, "u")).withRecalled(true);
        row("what was recalled stands only if etcd lost its table", recalled,
                new SlotEvent.Loading(9, false, true, false), absent(), NEW.withRestore(theirs(1, "u")));
        row("and not else", recalled, new SlotEvent.Loading(9, false, false, false), absent(), of(Copy.none(9)));

        SlotState said = NEW.withWord(word(Mode.MAINTENANCE, "u", 1)).withWanted(at(word(Mode.MAINTENANCE, "u", 1), 3,
                3));
        row("a word that is gone", said, new SlotEvent.NoWord(9, false), absent(), NEW.withWanted(Copy.none(9)));
        row("a word that etcd lost", said, new SlotEvent.NoWord(9, true), absent(),
                said.withWanted(Copy.none(0)).withWordPending(true));
        row("no word at all", NEW, new SlotEvent.NoWord(9, true), absent(), NEW);
        row("a word that it has yet to hear", NEW.withWord(said.word()).withWordPending(true),
                new SlotEvent.NoWord(9, false), absent(),
                NEW.withWord(said.word()).withWordPending(true).withWanted(Copy.none(9)));

        SlotState lost = own(OLD, "t").withEntry(Copy.none(0));
        row("an own server goes there again", lost, new SlotEvent.ClaimAgain(), here(OLD),
                lost.withClaim(new Claim(OLD, "t", "t", true, true)));
        row("one with its session too", own(LEASED, "L"), new SlotEvent.ClaimAgain(), here(LEASED),
                own(LEASED, "L").withClaim(new Claim(LEASED, "L", "L", true, true)));
        row("not with another one", own(LEASED, "K"), new SlotEvent.ClaimAgain(), here(LEASED), own(LEASED, "K"));
        row("nor where it is not any more", lost, new SlotEvent.ClaimAgain(), absent(), lost);
        row("nor where a setup says it", claims(OLD, "t"), new SlotEvent.ClaimAgain(), here(OLD), claims(OLD, "t"));
        row("nor another proxy's", of(at(theirs(1, "u"), 3, 4)), new SlotEvent.ClaimAgain(), here(OLD),
                of(at(theirs(1, "u"), 3, 4)));
        SlotState restores = NEW.withRestore(theirs(1, "u"));
        row("the newest at its place is restored", restores,
                new SlotEvent.RestoreIfNewest(theirs(1, "u").registeredAt()), absent(), restores);
        row("an older one is not", restores,
                new SlotEvent.RestoreIfNewest(theirs(1, "u").registeredAt().plusNanos(1)), absent(), NEW);
        row("nor one that was taken out", restores.withWord(removal("u", 9)), new SlotEvent.RestoreIfNewest(null),
                absent(), NEW.withWord(removal("u", 9)));
        row("nothing to restore", NEW, new SlotEvent.RestoreIfNewest(null), absent(), NEW);

        SlotState vanished = own(LEASED, "L").withEntry(Copy.none(9));
        row("an own server that went with the lease goes there again", vanished, new SlotEvent.Loaded(true),
                here(LEASED), vanished.withClaim(new Claim(LEASED, "L", null, false, true)));
        row("one that was taken out goes here", vanished, new SlotEvent.Loaded(false), here(LEASED),
                SlotStep.show(vanished.withMine(null), new Show.Remove()));
        row("so does one of another session", vanished.withMine("K"), new SlotEvent.Loaded(true), here(LEASED),
                SlotStep.show(vanished.withMine(null), new Show.Remove()));
        row("and one that is not here", vanished, new SlotEvent.Loaded(true), absent(),
                SlotStep.show(vanished.withMine(null), new Show.Remove()));
        row("and an old one, which has no lease", lost, new SlotEvent.Loaded(true), here(OLD),
                SlotStep.show(lost.withMine(null), new Show.Remove()));
        row("an own one that is there stands", own(LEASED, "L"), new SlotEvent.Loaded(true), here(LEASED),
                own(LEASED, "L"));
        row("a setup stands", claims(OLD, "t"), new SlotEvent.Loaded(true), here(OLD), claims(OLD, "t"));
        SlotState shown = of(at(theirs(1, "u"), 3, 4));
        row("another proxy's is shown", shown, new SlotEvent.Loaded(false), absent(),
                SlotStep.show(shown, shows(shown.entry(), Mode.ACTIVE, true)));
    }

    private static void wordsOfOthers() {
        Wanted drain = word(Mode.DRAINING, "L", 7);
        Copy<Wanted> drains = at(drain, 8, 8);
        row("what another proxy says of its server", of(at(theirs(2, "L"), 3, 4)).withShown("L"),
                new SlotEvent.WordChanged(drains), absent(),
                SlotStep.show(of(at(theirs(2, "L"), 3, 4)).withShown("L").withWanted(drains).withWord(drain),
                        new Show.Entry(theirs(2, "L"), Mode.DRAINING, false, 3, 4)));
        row("what it says of one of this proxy's", own(LEASED, "L"), new SlotEvent.WordChanged(drains), here(LEASED),
                SlotStep.show(own(LEASED, "L").withWanted(drains).withWord(drain), new Show.Own(0, Mode.DRAINING)));
        row("what it said before", own(LEASED, "L").withWanted(drains), new SlotEvent.WordChanged(drains),
                here(LEASED), own(LEASED, "L").withWanted(drains));
        SlotState newer = own(LEASED, "L").withWord(word(Mode.ACTIVE, "L", 8)).withWordPending(true);
        row("an older word than this proxy's", newer, new SlotEvent.WordChanged(drains), here(LEASED),
                newer.withWanted(drains));
        row("the same", own(LEASED, "L").withWord(drain).withWordPending(true).withTableMode(Mode.DRAINING),
                new SlotEvent.WordChanged(drains), here(LEASED, Mode.DRAINING),
                own(LEASED, "L").withWord(drain).withTableMode(Mode.DRAINING).withWanted(drains));
        Copy<Wanted> none = Copy.none(9);
        SlotState resumed = own(LEASED, "L").withWord(drain).withWanted(drains).withTableMode(Mode.DRAINING);
        row("a word that is gone is gone", of(at(theirs(2, "L"), 3, 4)).withShown("L").withWord(drain)
                .withTableMode(Mode.DRAINING), new SlotEvent.WordChanged(none), absent(),
                SlotStep.show(of(at(theirs(2, "L"), 3, 4)).withShown("L").withWanted(none)
                        .withTableMode(Mode.DRAINING), new Show.Entry(theirs(2, "L"), Mode.ACTIVE, false, 3, 4)));
        // A proxy that came while etcd did not have the entry again took it for the drain of a server that is gone.
        row("but the owner keeps the drain of its own registration, and says it again", resumed,
                new SlotEvent.WordChanged(none), here(LEASED, Mode.DRAINING),
                resumed.withWanted(none).withWordPending(true));
        row("also while etcd has yet to hear of the entry again",
                resumed.withEntry(Copy.none(1)).withClaim(new Claim(LEASED, "L", "L", true, true)),
                new SlotEvent.WordChanged(none), here(LEASED, Mode.DRAINING),
                resumed.withEntry(Copy.none(1)).withClaim(new Claim(LEASED, "L", "L", true, true)).withWanted(none)
                        .withWordPending(true));
        row("not that of an earlier registration", resumed.withClaim(claim(LEASED, "N")).withMine("N"),
                new SlotEvent.WordChanged(none), here(LEASED, Mode.DRAINING),
                SlotStep.show(resumed.withClaim(claim(LEASED, "N")).withMine("N").withWanted(none).withWord(null),
                        new Show.Own(0, Mode.ACTIVE)));
        row("nor one that it does not follow any more", resumed.withTableMode(Mode.ACTIVE),
                new SlotEvent.WordChanged(none), here(LEASED),
                resumed.withTableMode(Mode.ACTIVE).withWanted(none).withWord(null));
        SlotState maintained = own(LEASED, "L").withWord(word(Mode.MAINTENANCE, "L", 7))
                .withTableMode(Mode.MAINTENANCE);
        row("nor a maintenance, which somebody ended", maintained, new SlotEvent.WordChanged(none),
                here(LEASED, Mode.MAINTENANCE),
                SlotStep.show(maintained.withWanted(none).withWord(null), new Show.Own(0, Mode.ACTIVE)));
        row("a word said long ago", resumed, new SlotEvent.ForgetWord(), here(LEASED),
                resumed.withWord(null).withWordPending(true));
        row("one that etcd never had", NEW.withWord(drain), new SlotEvent.ForgetWord(), absent(), NEW);
    }

    private static SlotStep writes(SlotState slot, SlotWrite write) {
        return SlotStep.write(slot.withBusy(true), write);
    }

    private static final SlotEvent MAY_WRITE = new SlotEvent.MayWrite(null);

    private static void nextWrites() {
        row("nothing to say", NEW, MAY_WRITE, absent(), NEW);
        SlotState claims = claims(LEASED, "L");
        row("a setup", claims, MAY_WRITE, here(LEASED),
                writes(claims, new SlotWrite.Enter(mine(LEASED, "L"), claim(LEASED, "L"), 0, false)));
        row("in place of what is there", claims.withEntry(new Copy<>(null, 3, 4, 4)), MAY_WRITE, here(LEASED),
                writes(claims.withEntry(new Copy<>(null, 3, 4, 4)),
                        new SlotWrite.Enter(mine(LEASED, "L"), claim(LEASED, "L"), 4, false)));
        row("it is lost already", claims, MAY_WRITE, facts(LEASED, LEASED.state().lose("L")), writes(claims,
                new SlotWrite.Enter(mine(LEASED, "L").withLost(true), claim(LEASED, "L"), 0, false)));
        SlotState drained = claims.withWanted(at(word(Mode.DRAINING, "K", 1), 3, 3));
        row("the drain of an earlier registration goes with it", drained, MAY_WRITE, here(LEASED), writes(drained,
                new SlotWrite.Enter(mine(LEASED, "L"), claim(LEASED, "L"), 0, true)));
        SlotState draining = claims.withWanted(at(word(Mode.DRAINING, "L", 1), 3, 3));
        row("its own does not", draining, MAY_WRITE, here(LEASED), writes(draining,
                new SlotWrite.Enter(mine(LEASED, "L"), claim(LEASED, "L"), 0, false)));
        row("a setup that is no more", claims, MAY_WRITE, absent(), claims.withClaim(null));
        row("or another one stands there", claims, MAY_WRITE, here(endpoint(2, 9001)), claims.withClaim(null));
        row("or with another lease", claims("K"), MAY_WRITE, here(LEASED), claims("K").withClaim(null));
        SlotState over = claims.withEntry(at(theirs(2, "u"), 3, 4));
        row("then another proxy's entry is shown", over, MAY_WRITE, absent(),
                SlotStep.show(over.withClaim(null).withMine(null), shows(over.entry(), Mode.ACTIVE, true)));

        SlotState removes = of(at(theirs(1, "u"), 3, 4)).withRemoval("u");
        row("a removal", removes, MAY_WRITE, absent(), writes(removes, new SlotWrite.Delete(4, false)));
        SlotState removesWord = removes.withWanted(at(word(Mode.DRAINING, "u", 1), 5, 5));
        row("with the word that nobody needs", removesWord, MAY_WRITE, absent(),
                writes(removesWord, new SlotWrite.Delete(4, true)));
        SlotState keepsWord = removesWord.withWord(removal("u", 9)).withWordPending(true);
        row("without the one that others are to hear", keepsWord, MAY_WRITE, absent(),
                writes(keepsWord, new SlotWrite.Delete(4, false)));
        row("what is to be removed is gone", NEW.withRemoval("u"), MAY_WRITE, absent(), NEW);
        SlotState replaced = of(at(theirs(1, "v"), 3, 4)).withRemoval("u");
        row("what is to be removed is another registration", replaced, MAY_WRITE, absent(),
                SlotStep.show(replaced.withRemoval(null), shows(replaced.entry(), Mode.ACTIVE, true)));
        row("which is this proxy's", own(OLD, "t").withRemoval("u"), MAY_WRITE, here(OLD), own(OLD, "t"));

        SlotState revoked = removes.withRemoval(removes.removal(), "its grant ended");
        row("of a server that may not serve any more: first the others hear why", revoked, MAY_WRITE, absent(),
                writes(removes, new SlotWrite.Revoke(theirs(1, "u").withRevoked("its grant ended"), 4)));
        row("said once, whether etcd took it or not", removes.withBusy(true),
                new SlotEvent.NotWritten(new SlotWrite.Revoke(theirs(1, "u"), 4)), absent(), removes);

        SlotState amends = own(LEASED, "L").withAmend(true);
        row("a session that is lost", amends, MAY_WRITE, facts(LEASED, LEASED.state().lose("L")),
                writes(own(LEASED, "L"), new SlotWrite.Lose(mine(LEASED, "L").withLost(true), 5)));
        row("of which etcd has another registration", amends.withMine("K"), MAY_WRITE, here(LEASED),
                own(LEASED, "L").withMine("K"));
        SlotState knows = amends.withEntry(at(mine(LEASED, "L").withLost(true), 5, 5));
        row("which etcd knows", knows, MAY_WRITE, here(LEASED), knows.withAmend(false));

        SlotState restores = NEW.withRestore(theirs(1, "u"));
        row("an old server that etcd lost", restores, MAY_WRITE, absent(),
                writes(restores, new SlotWrite.Restore(theirs(1, "u"), 0)));
        SlotState older = restores.withEntry(at(theirs(1, "v"), 3, 4));
        row("in place of an older one", older, MAY_WRITE, absent(),
                writes(older, new SlotWrite.Restore(theirs(1, "u"), 4)));
        SlotState session = restores.withEntry(at(theirs(2, "v"), 3, 4));
        row("not in place of a session", session, MAY_WRITE, absent(), session.withRestore(null));
        row("nor as long as it is only remembered", restores.withRecalled(true), MAY_WRITE, absent(),
                restores.withRecalled(true));

        SlotState says = NEW.withWord(word(Mode.DRAINING, "u", 2)).withWordPending(true);
        row("a word", says, MAY_WRITE, absent(), writes(says, new SlotWrite.Say(says.word(), 0)));
        SlotState again = says.withWanted(at(word(Mode.DRAINING, "u", 1), 3, 6));
        row("in place of an older one", again, MAY_WRITE, absent(), writes(again, new SlotWrite.Say(says.word(), 6)));
        row("which etcd has", says.withWanted(at(word(Mode.DRAINING, "u", 2), 3, 6)), MAY_WRITE, absent(),
                says.withWanted(at(word(Mode.DRAINING, "u", 2), 3, 6)).withWordPending(false));
        SlotState silent = NEW.withWordPending(true).withWanted(at(word(Mode.DRAINING, "u", 2), 3, 6));
        row("no word any more", silent, MAY_WRITE, absent(), writes(silent, new SlotWrite.Say(null, 6)));
        row("of which etcd has none", NEW.withWordPending(true), MAY_WRITE, absent(), NEW);
        row("a write that was not made", own(LEASED, "L").withBusy(true),
                new SlotEvent.NotWritten(new SlotWrite.Lose(mine(LEASED, "L"), 5)), here(LEASED),
                own(LEASED, "L").withAmend(true));
        row("one that the slot still knows of", removes.withBusy(true).withAmend(true),
                new SlotEvent.NotWritten(new SlotWrite.Delete(4, false)), absent(), removes.withAmend(true));
    }

    private static SlotState claims(String token) {
        return claims(LEASED, token);
    }

    /** Who has the entry: the setup that came here, or what etcd has. */
    private static void contests() {
        SharedEntry old = theirs(1, "u");
        SharedEntry session = theirs(2, "u");
        contest("another registration came first", claim(LEASED, "L"), session, Yields.ID);
        contest("which is lost", claim(LEASED, "L"), session.withLost(true), null);
        contest("which was known at the setup", new Claim(LEASED, "L", "u", false, false), session, null);
        contest("which is this proxy's", claim(LEASED, "L"), mine(LEASED, "K"), null);
        contest("which is an old server's", claim(LEASED, "L"), old, Yields.ID);
        contest("an old server at the same place", claim(OLD, "t"), session, null);
        contest("an old server elsewhere", claim(endpoint(1, 9009), "t"), session, Yields.ID);
        SharedEntry elsewhere = SharedEntry.of(new EndpointSpec(KEY.policy(), KEY.id(),
                InetAddress.ofLiteral("192.0.2.2"), 9001, 2, true, 1, null, 1, false, null, null), SET_UP, "u", false,
                "two", null);
        contest("at another address", claim(OLD, "t"), elsewhere, Yields.ID);
        contest("an owner that is not this one", claim(LEASED, "L"),
                SharedEntry.of(spec(2, 9001, "somebody"), SET_UP, "u", false, "two", null), Yields.OWNER);
        contest("what etcd lost was later", new Claim(LEASED, "L", "L", true, true),
                SharedEntry.of(spec(2, 9001, null), SET_UP, "u", false, "two", null), null);
        contest("what etcd lost was earlier", new Claim(LEASED, "L", "L", true, true),
                SharedEntry.of(spec(2, 9001, null), SET_UP.plusNanos(1), "u", false, "two", null), Yields.ID);
        contest("of two old servers the later one", claim(OLD, "t"),
                SharedEntry.of(spec(1, 9001, null), OLD.registeredAt(), "u", false, "two", null), null);
        contest("and not the earlier one", claim(OLD, "t"), old, Yields.ID);

        SlotState late = NEW.withClaim(new Claim(OLD, "t", null, false, true)).withMine("t").withShown("t");
        SlotState inTime = claims(OLD, "t");
        SlotStep gaveWay = SlotStep.show(NEW, new Show.Remove()).because(Yields.ADDRESS);
        row("a later server has the address, of which etcd heard first", late,
                new SlotEvent.MayWrite(SET_UP.plusNanos(1)), here(OLD), gaveWay);
        row("an earlier one", late, new SlotEvent.MayWrite(SET_UP), here(OLD),
                writes(late, new SlotWrite.Enter(mine(OLD, "t"), new Claim(OLD, "t", null, false, true), 0, false)));
        // Within the watch's lag the store's order is all there is, and it is the same one for all.
        row("a setup that etcd hears of at once is later by its revision, whatever the clocks say", inTime,
                new SlotEvent.MayWrite(SET_UP.plusSeconds(5)), here(OLD),
                writes(inTime, new SlotWrite.Enter(mine(OLD, "t"), claim(OLD, "t"), 0, false)));
    }

    private static void contest(String what, Claim claim, SharedEntry theirs, @Nullable Yields yields) {
        SlotState slot = of(at(theirs, 3, 4)).withClaim(claim).withMine(claim.token()).withShown(claim.token());
        row(what, slot, MAY_WRITE, here(claim.endpoint()), yields == null
                ? writes(slot, new SlotWrite.Enter(mine(claim.endpoint(), claim.token()), claim, 4, false))
                : SlotStep.show(slot.withClaim(null).withMine(null).withShown(null),
                        shows(slot.entry(), Mode.ACTIVE, true)).because(yields));
    }

    private static void outcomes() {
        SlotState claims = claims(OLD, "t").withBusy(true);
        SlotWrite enter = new SlotWrite.Enter(mine(OLD, "t"), claim(OLD, "t"), 0, false);
        row("etcd has the setup", claims, new SlotEvent.Written(enter, 6), here(OLD),
                SlotStep.show(own(OLD, "t").withEntry(at(mine(OLD, "t"), 6, 6)), new Show.Own(6, null)));
        SlotState replaces = claims.withEntry(at(theirs(1, "u"), 3, 4));
        row("in the place of what was there", replaces,
                new SlotEvent.Written(new SlotWrite.Enter(mine(OLD, "t"), claim(OLD, "t"), 4, true), 6), here(OLD),
                SlotStep.show(own(OLD, "t").withEntry(at(mine(OLD, "t"), 3, 6)).withWanted(Copy.none(6)),
                        new Show.Own(3, null)));
        row("a later setup is under way", claims.withClaim(claim(OLD, "n")).withMine("n"),
                new SlotEvent.Written(enter, 6), here(OLD),
                claims.withBusy(false).withClaim(claim(OLD, "n")).withMine("n").withEntry(at(mine(OLD, "t"), 6, 6)));
        row("the watch was faster", claims.withEntry(at(theirs(1, "u"), 8, 8)).withWanted(Copy.none(8)),
                new SlotEvent.Written(new SlotWrite.Enter(mine(OLD, "t"), claim(OLD, "t"), 0, true), 6), here(OLD),
                SlotStep.show(own(OLD, "t").withEntry(at(theirs(1, "u"), 8, 8)).withWanted(Copy.none(8)),
                        new Show.Own(8, null)));
        SlotState removes = of(at(theirs(1, "u"), 3, 4)).withRemoval("u").withBusy(true)
                .withWanted(at(word(Mode.DRAINING, "u", 1), 5, 5));
        row("a removal, with its word", removes, new SlotEvent.Written(new SlotWrite.Delete(4, true), 6), absent(),
                NEW.withEntry(Copy.none(6)).withWanted(Copy.none(6)));
        SharedEntry why = theirs(1, "u").withRevoked("its grant ended");
        row("why its server may not serve any more", removes, new SlotEvent.Written(new SlotWrite.Revoke(why, 4), 6),
                absent(), removes.withBusy(false).withEntry(at(why, 3, 6)));
        row("without it", removes, new SlotEvent.Written(new SlotWrite.Delete(4, false), 6), absent(),
                NEW.withEntry(Copy.none(6)).withWanted(removes.wanted()));
        SlotState leased = own(LEASED, "L").withBusy(true);
        SharedEntry lost = mine(LEASED, "L").withLost(true);
        row("that a session is lost", leased, new SlotEvent.Written(new SlotWrite.Lose(lost, 5), 6),
                facts(LEASED, LEASED.state().lose("L")), own(LEASED, "L").withEntry(at(lost, 5, 6)));
        SlotState restores = NEW.withRestore(theirs(1, "u")).withBusy(true);
        row("an old server is there again", restores,
                new SlotEvent.Written(new SlotWrite.Restore(theirs(1, "u"), 0), 6), absent(),
                SlotStep.show(of(at(theirs(1, "u"), 6, 6)), new Show.Entry(theirs(1, "u"), Mode.ACTIVE, true, 6, 6)));
        row("it was set up here meanwhile", claims.withRestore(null),
                new SlotEvent.Written(new SlotWrite.Restore(theirs(1, "u"), 0), 6), here(OLD),
                claims(OLD, "t").withEntry(at(theirs(1, "u"), 6, 6)));
        Wanted word = word(Mode.MAINTENANCE, "t", 7);
        SlotState says = own(OLD, "t").withBusy(true).withWord(word).withWordPending(true)
                .withTableMode(Mode.MAINTENANCE);
        row("a word", says, new SlotEvent.Written(new SlotWrite.Say(word, 0), 6), here(OLD, Mode.MAINTENANCE),
                says.withBusy(false).withWordPending(false).withWanted(at(word, 6, 6)));
        row("after which another one was said", says.withWord(word(Mode.MAINTENANCE, "t", 8)),
                new SlotEvent.Written(new SlotWrite.Say(word, 0), 6), here(OLD, Mode.MAINTENANCE),
                says.withBusy(false).withWord(word(Mode.MAINTENANCE, "t", 8)).withWanted(at(word, 6, 6)));
        row("of which the watch was faster", says.withWanted(at(word, 6, 6)),
                new SlotEvent.Written(new SlotWrite.Say(word, 0), 6), here(OLD, Mode.MAINTENANCE),
                says.withBusy(false).withWanted(at(word, 6, 6)));
        SlotState silent = own(OLD, "t").withBusy(true).withWordPending(true).withWanted(at(word, 5, 5));
        row("that there is no word", silent, new SlotEvent.Written(new SlotWrite.Say(null, 5), 6), here(OLD),
                own(OLD, "t").withWanted(Copy.none(6)));
        row("after which one was said", silent.withWord(word).withTableMode(Mode.MAINTENANCE),
                new SlotEvent.Written(new SlotWrite.Say(null, 5), 6), here(OLD, Mode.MAINTENANCE),
                silent.withBusy(false).withWord(word).withTableMode(Mode.MAINTENANCE).withWanted(Copy.none(6)));

        Copy<SharedEntry> other = at(theirs(1, "v"), 7, 7);
        row("another entry is there", own(OLD, "t").withBusy(true), new SlotEvent.EntryDiffers(other), here(OLD),
                SlotStep.show(own(OLD, "t").withEntry(other).withMine(null), shows(other, Mode.ACTIVE, true)));
        row("none is there", own(LEASED, "L").withBusy(true), new SlotEvent.EntryDiffers(Copy.none(7)), here(LEASED),
                own(LEASED, "L").withEntry(Copy.none(7)));
        row("it will be decided anew", claims, new SlotEvent.EntryDiffers(other), here(OLD),
                claims.withBusy(false).withEntry(other));
        row("the watch knew it", own(OLD, "t").withBusy(true), new SlotEvent.EntryDiffers(at(theirs(1, "v"), 5, 5)),
                here(OLD), own(OLD, "t"));
        row("another word is there", own(OLD, "t").withBusy(true), new SlotEvent.WordDiffers(at(word, 7, 7)),
                here(OLD), SlotStep.show(own(OLD, "t").withWanted(at(word, 7, 7)).withWord(word),
                        new Show.Own(0, Mode.MAINTENANCE)));
    }

    private static void shown() {
        Copy<SharedEntry> entry = at(theirs(1, "u"), 3, 4);
        Show show = shows(entry, Mode.DRAINING, true);
        row("an entry", of(entry), new SlotEvent.Shown(show, Show.Result.SHOWN), here(OLD),
                of(entry).withShown("u").withTableMode(Mode.DRAINING));
        row("an entry that has to wait", of(entry), new SlotEvent.Shown(show, Show.Result.LATER), here(OLD), of(entry));
        row("one whose address is a later server's", of(entry), new SlotEvent.Shown(show, Show.Result.DISPLACED),
                absent(), SlotStep.show(of(entry).withRemoval("u").withDisplaced(true), new Show.Remove()));
        SlotState maintained = of(entry).withWord(word(Mode.MAINTENANCE, "u", 1));
        row("its maintenance stays", maintained, new SlotEvent.Shown(show, Show.Result.DISPLACED), absent(),
                SlotStep.show(maintained.withRemoval("u").withDisplaced(true),
                        new Show.Absent(theirs(1, "u"))));
        Show unverified = new Show.Unverified(theirs(1, "u"), Mode.MAINTENANCE);
        row("one of the disk", NEW, new SlotEvent.Shown(unverified, Show.Result.SHOWN), here(OLD),
                NEW.withShown("u").withTableMode(Mode.MAINTENANCE));
        row("not now", NEW, new SlotEvent.Shown(unverified, Show.Result.LATER), here(OLD), NEW);
        Show absent = new Show.Absent(theirs(1, "u"));
        row("a maintenance", NEW.withShown("u"), new SlotEvent.Shown(absent, Show.Result.SHOWN), here(OLD),
                NEW.withTableMode(Mode.MAINTENANCE));
        row("not while somebody says otherwise", NEW.withShown("u"),
                new SlotEvent.Shown(absent, Show.Result.LATER), here(OLD), NEW.withShown("u"));
        row("a mode", own(OLD, "t"), new SlotEvent.Shown(new Show.Own(0, Mode.DRAINING), Show.Result.SHOWN), here(OLD),
                own(OLD, "t").withTableMode(Mode.DRAINING));
        row("not while somebody wishes another one", own(OLD, "t"),
                new SlotEvent.Shown(new Show.Own(0, Mode.DRAINING), Show.Result.LATER), here(OLD), own(OLD, "t"));
        row("nobody", own(OLD, "t").withTableMode(Mode.DRAINING),
                new SlotEvent.Shown(new Show.Remove(), Show.Result.LATER), here(OLD), own(OLD, "t").withShown(null));
        row("what had to wait", of(entry), new SlotEvent.MayShow(), here(OLD),
                SlotStep.show(of(entry), shows(entry, Mode.ACTIVE, true)));
        row("what is this proxy's", own(OLD, "t"), new SlotEvent.MayShow(), here(OLD), own(OLD, "t"));
        row("what is to be claimed", NEW.withClaim(claim(OLD, "t")), new SlotEvent.MayShow(), here(OLD),
                NEW.withClaim(claim(OLD, "t")));
        row("what is to be deleted goes when it is gone", of(entry).withRemoval("u"), new SlotEvent.MayShow(),
                here(OLD), SlotStep.show(of(entry).withRemoval("u"), new Show.Remove()));
        row("one to be restored stands meanwhile", NEW.withRestore(theirs(1, "u")), new SlotEvent.MayShow(), here(OLD),
                NEW.withRestore(theirs(1, "u")));
    }

    private static void settled() {
        SlotEvent settle = new SlotEvent.Settle();
        Wanted drain = word(Mode.DRAINING, "u", 1);
        SlotState drains = NEW.withWord(drain);
        row("the drain of a server that is gone", drains, settle, absent(), NEW);
        row("which etcd has", drains.withWanted(at(drain, 3, 3)), settle, absent(),
                NEW.withWanted(at(drain, 3, 3)).withWordPending(true));
        row("of one that is there", drains.withEntry(at(theirs(1, "u"), 3, 4)), settle, absent(),
                drains.withEntry(at(theirs(1, "u"), 3, 4)));
        row("of one that is set up", claims(OLD, "u").withMine(null).withWord(drain), settle, here(OLD),
                claims(OLD, "u").withMine(null).withWord(drain));
        row("of an own one", drains.withMine("u"), settle, here(OLD), drains.withMine("u"));
        row("of one to be restored", drains.withRestore(theirs(1, "u")), settle, absent(),
                drains.withRestore(theirs(1, "u")));
        row("of an orphan", drains.withOrphan(true), settle, absent(), drains.withOrphan(true));
        row("a maintenance stays without a server", NEW.withWord(word(Mode.MAINTENANCE, "u", 1)), settle, absent(),
                NEW.withWord(word(Mode.MAINTENANCE, "u", 1)));

        SlotState back = of(at(theirs(1, "u"), 3, 4)).withWord(removal("u", 9));
        row("somebody remembered what was taken out", back, settle, absent(),
                SlotStep.show(back.withRemoval("u"), new Show.Remove()));
        row("it is this proxy itself", back.withMine("u"), settle, here(OLD),
                SlotStep.show(back.withRemoval("u"), new Show.Remove()));
        row("another registration is meant", back.withMine("t"), settle, here(OLD), back.withMine("t"));
        row("it has registered anew", back.withEntry(at(theirs(1, "v"), 5, 5)), settle, absent(),
                back.withEntry(at(theirs(1, "v"), 5, 5)));
        row("or is about to", back.withClaim(claim(OLD, "t")), settle, here(OLD), back.withClaim(claim(OLD, "t")));
        row("it is known already", back.withRemoval("u"), settle, absent(), back.withRemoval("u"));
        row("a word that is none of a removal", back.withWord(word(Mode.ACTIVE, "u", 9)), settle, absent(),
                back.withWord(word(Mode.ACTIVE, "u", 9)));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void followsTheTable(Row row) {
        assertThat(RULES.step(row.slot(), row.event(), row.facts())).isEqualTo(row.expected());
    }

    @Test
    void ownEntryIsGoneWhereEtcdHasItNoMore() {
        SlotState own = own(OLD, "t");
        SlotState without = own.withEntry(Copy.none(9));
        assertThat(SlotRules.gone(own, without)).isTrue();
        assertThat(SlotRules.gone(own, own)).isFalse();
        assertThat(SlotRules.gone(own, without.withMine(null))).isFalse();
        assertThat(SlotRules.gone(own, without.withClaim(claim(OLD, "t")))).isFalse();
        assertThat(SlotRules.gone(own.withMine("n"), without.withMine("n"))).as("it was another registration's")
                .isFalse();
        assertThat(SlotRules.gone(own.withMine(null), without)).isFalse();
    }

    @Test
    void diskKeepsWhatWouldNotRegisterAgain() {
        SharedEntry old = theirs(1, "u");
        assertThat(RULES.keptServer(NEW)).isNull();
        assertThat(RULES.keptServer(claims(OLD, "t"))).isEqualTo(new Kept.Server(mine(OLD, "t"), true));
        assertThat(RULES.keptServer(claims(LEASED, "L"))).isNull();
        assertThat(RULES.keptServer(NEW.withRestore(old))).isEqualTo(new Kept.Server(old, true));
        assertThat(RULES.keptServer(NEW.withRestore(old).withRecalled(true))).isEqualTo(new Kept.Server(old, false));
        assertThat(RULES.keptServer(of(at(old, 3, 4)))).isEqualTo(new Kept.Server(old, false));
        assertThat(RULES.keptServer(of(at(old, 3, 4)).withRemoval("u"))).isNull();
        assertThat(RULES.keptServer(of(at(theirs(2, "u"), 3, 4)))).isNull();
        assertThat(NEW.keptWord()).isNull();
        assertThat(NEW.withWord(removal("u", 1)).withWordPending(true).keptWord())
                .isEqualTo(new Kept.Word(removal("u", 1), true));
        assertThat(List.of(NEW.withWord(removal("u", 1)), NEW.withRestore(old), of(at(old, 3, 4)), claims(OLD, "t")))
                .allMatch(SlotState::kept);
        assertThat(List.of(NEW, of(at(theirs(2, "u"), 3, 4)), claims(LEASED, "L"))).noneMatch(SlotState::kept);
    }

    @Test
    void entryThatCountsIsTheSetupsOrEtcdsOrTheOneToBeRestored() {
        SlotState all = claims(OLD, "t").withEntry(at(theirs(1, "u"), 3, 4)).withRestore(theirs(1, "r"));
        assertThat(RULES.known(all)).isEqualTo(mine(OLD, "t"));
        assertThat(RULES.known(all.withClaim(null))).isEqualTo(theirs(1, "u"));
        assertThat(RULES.known(NEW.withRestore(theirs(1, "r")))).isEqualTo(theirs(1, "r"));
        assertThat(RULES.known(NEW)).isNull();
    }

    @Test
    void slotIsPendingForWhatEtcdHasYetToHearAndEmptyWithoutAnything() {
        List<SlotState> pending = List.of(claims(OLD, "t"), NEW.withRemoval("u"), NEW.withAmend(true),
                NEW.withWordPending(true), NEW.withRestore(theirs(1, "u")), NEW.withBusy(true));
        assertThat(pending).allMatch(SlotState::pending).noneMatch(SlotState::empty);
        List<SlotState> known = List.of(of(at(theirs(1, "u"), 3, 4)), NEW.withWanted(at(removal("u", 1), 3, 3)),
                NEW.withWord(removal("u", 1)), NEW.withRestore(theirs(1, "u")).withRecalled(true), NEW.withMine("t"),
                NEW.withOrphan(true));
        assertThat(known).noneMatch(SlotState::pending).noneMatch(SlotState::empty);
        assertThat(NEW.empty()).isTrue();
        assertThat(NEW.withRemoval("u").deletes()).isTrue();
        assertThat(NEW.withRemoval("u").withClaim(claim(OLD, "t")).deletes()).isFalse();
        assertThat(NEW.deletes()).isFalse();
    }
}
