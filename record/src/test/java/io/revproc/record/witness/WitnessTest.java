package io.revproc.record.witness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.revproc.record.SigningKey;
import io.revproc.record.tlog.AddCheckpoint;
import io.revproc.record.tlog.Cosignature;
import io.revproc.record.tlog.NaiveTree;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.TreeHead;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WitnessTest {
    private static final String ORIGIN = "example.com/log";
    private static final SigningKey LOG = SigningKey.generate();
    private static final NoteKey LOG_KEY = LOG.publicKey().noteKey(ORIGIN);
    private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000);

    @TempDir
    Path directory;

    private final List<String> misbehaviour = new ArrayList<>();
    private final List<WitnessStore> stores = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (WitnessStore store : stores) {
            store.close();
        }
    }

    private WitnessStore store(String name) throws IOException {
        WitnessStore store = new WitnessStore(directory.resolve(name));
        stores.add(store);
        return store;
    }

    private Witness witness(String name, WitnessStore store, NoteKey... logs) throws IOException {
        WitnessKey key = WitnessKey.in(directory.resolve(name), null, name + ".example");
        return new Witness(key.key(), key.signer(), List.of(logs), store, InstantSource.fixed(NOW),
                (cosigned, shown) -> misbehaviour.add(TreeHead.parse(cosigned.text()).size() + " "
                        + TreeHead.parse(shown.text()).size()));
    }

    private Witness witness(String name) throws IOException {
        return witness(name, store(name), LOG_KEY);
    }

    private NoteKey key(String name) throws IOException {
        return WitnessKey.in(directory.resolve(name), null, name).key();
    }

    /** A history of the log; two forks have their first leaves in common. */
    private static List<byte[]> leaves(int size, int commonWithOthers, String fork) {
        List<byte[]> leaves = NaiveTree.leaves(size);
        for (int i = commonWithOthers; i < size; i++) {
            leaves.set(i, (fork + i).getBytes(StandardCharsets.UTF_8));
        }
        return leaves;
    }

    private static Note checkpoint(List<byte[]> leaves, SigningKey key) {
        return Note.sign(new TreeHead(ORIGIN, leaves.size(), NaiveTree.root(leaves)).text(),
                key.publicKey().noteKey(ORIGIN), key::sign);
    }

    private static byte[] request(int old, List<byte[]> leaves) {
        return request(old, leaves, LOG);
    }

    private static byte[] request(int old, List<byte[]> leaves, SigningKey key) {
        List<byte[]> proof = old == 0 || old > leaves.size() ? List.of() : NaiveTree.proof(old, leaves);
        return new AddCheckpoint(old, proof, checkpoint(leaves, key)).bytes();
    }

    /** What C2SP tlog-witness answers: a status, and a size with 409. */
    private static String said(Witness.Answer answer) {
        return switch (answer) {
            case Witness.Answer.Cosigned cosigned -> "200 " + cosigned.size();
            case Witness.Answer.Conflict conflict -> "409 " + conflict.size();
            case Witness.Answer.Refused refused -> Integer.toString(refused.reason().status());
        };
    }

    @Test
    void logThatGrowsIsCosignedStepByStep() throws Exception {
        Witness witness = witness("w");
        List<byte[]> all = NaiveTree.leaves(40);
        for (int old = 0, size = 1; size <= 40; old = size, size += 1 + size % 7) {
            byte[] request = request(old, all.subList(0, size));
            assertThat(witness.add(request)).isInstanceOfSatisfying(Witness.Answer.Cosigned.class, cosigned -> {
                Note note = AddCheckpoint.parse(request).checkpoint().with(List.of(cosigned.signature()));
                assertThat(cosignedBy(note, "w")).containsExactly(NOW.getEpochSecond());
            });
            assertThat(said(witness.add(request(size, all.subList(0, size))))).as("once more").isEqualTo("200 " + size);
        }
        assertThat(misbehaviour).isEmpty();
    }

    private Collection<Long> cosignedBy(Note note, String witness) {
        try {
            return Cosignature.of(note, List.of(key(witness))).values();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void requestsThatAreWrongAreAnsweredAsTheSpecificationSays() throws Exception {
        Witness witness = witness("w");
        List<byte[]> ten = NaiveTree.leaves(10);
        List<byte[]> twenty = NaiveTree.leaves(20);
        Note checkpoint = checkpoint(ten, LOG);
        List<byte[]> hash = List.of(new byte[32]);
        assertThat(said(witness.add(new AddCheckpoint(0, hash, checkpoint).bytes()))).as("a proof from nothing")
                .isEqualTo("422");
        assertThat(said(witness.add(request(5, ten)))).as("nothing was cosigned yet").isEqualTo("409 0");
        assertThat(said(witness.add(request(0, ten)))).isEqualTo("200 10");
        assertThat(said(witness.add(request(0, twenty)))).as("to ask for the size").isEqualTo("409 10");
        assertThat(said(witness.add(request(21, twenty)))).as("old beyond the checkpoint").isEqualTo("400");
        assertThat(said(witness.add(request(10, NaiveTree.leaves(7))))).as("rollback").isEqualTo("400");
        assertThat(said(witness.add(request(7, NaiveTree.leaves(7))))).as("rollback").isEqualTo("409 10");
        assertThat(said(witness.add(request(10, twenty, SigningKey.generate())))).as("another key").isEqualTo("403");
        Note other = Note.sign(new TreeHead("example.com/other", 1, new byte[32]).text(),
                LOG.publicKey().noteKey("example.com/other"), LOG::sign);
        assertThat(said(witness.add(new AddCheckpoint(0, List.of(), other).bytes()))).isEqualTo("404");
        assertThat(said(witness.add(new AddCheckpoint(10, hash, checkpoint(twenty, LOG)).bytes()))).as("no proof")
                .isEqualTo("422");
        assertThat(said(witness.add(new AddCheckpoint(10, hash, checkpoint).bytes()))).as("a proof of the same")
                .isEqualTo("422");
        assertThat(said(witness.add(request(10, leaves(10, 9, "fork"))))).as("the same size, another root")
                .isEqualTo("409 10");
        assertThat(said(witness.add(request(10, leaves(20, 9, "fork"))))).as("another history").isEqualTo("422");
        assertThat(said(witness.add(request(10, twenty)))).isEqualTo("200 20");
        assertThat(misbehaviour).containsExactly("10 20", "10 10", "10 10", "10 20");
    }

    @Test
    void whatIsNoRequestIsMalformed() throws Exception {
        Witness witness = witness("w");
        String good = new String(request(0, NaiveTree.leaves(3)), StandardCharsets.UTF_8);
        String many = "old 1\n" + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n".repeat(64)
                + good.substring(good.indexOf('\n') + 1);
        for (String bad : List.of("", "old 0\n", good.replace("old 0", "old 00"), good.replace("old 0", "old -1"),
                good.replace("old 0", "old"), good.replace("old 0", "new 0"),
                good.replace("\n\n" + ORIGIN, "\n" + ORIGIN),
                good.replace("old 0\n", "old 0\nAAAA\n"), good.replace("old 0", "old 99999999999999999999"), many,
                good.substring(0, good.indexOf("\u2014")), good + "x", "x".repeat(70_000))) {
            assertThat(said(witness.add(bad.getBytes(StandardCharsets.UTF_8)))).as(bad).isEqualTo("400");
        }
        assertThat(said(witness.add(good.getBytes(StandardCharsets.UTF_8)))).isEqualTo("200 3");
    }

    @Test
    void noFlippedBitOfARequestIsCosigned() throws Exception {
        Witness witness = witness("w");
        witness.add(request(0, NaiveTree.leaves(5)));
        byte[] request = request(5, NaiveTree.leaves(11));
        for (int bit = 0; bit < 8 * request.length; bit += 7) {
            byte[] flipped = request.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(witness.add(flipped)).as("bit %d", bit).isNotInstanceOf(Witness.Answer.Cosigned.class);
        }
        assertThat(said(witness.add(request))).isEqualTo("200 11");
    }

    @Test
    void twoWitnessesThatAreShownTwoForksNeverBothCosignOne() throws Exception {
        Witness one = witness("one");
        Witness other = witness("other");
        byte[] common = request(0, NaiveTree.leaves(8));
        assertThat(Stream.of(said(one.add(common)), said(other.add(common)))).containsOnly("200 8");
        List<byte[]> left = leaves(12, 8, "left");
        List<byte[]> right = leaves(12, 8, "right");
        assertThat(said(one.add(request(8, left)))).isEqualTo("200 12");
        assertThat(said(other.add(request(8, right)))).isEqualTo("200 12");

        assertThat(said(one.add(request(12, right)))).isEqualTo("409 12");
        assertThat(said(one.add(request(8, right)))).isEqualTo("409 12");
        assertThat(said(other.add(request(12, left)))).isEqualTo("409 12");
        assertThat(said(one.add(request(12, leaves(13, 8, "right"))))).isEqualTo("422");
        assertThat(said(other.add(request(12, leaves(13, 8, "left"))))).isEqualTo("422");
        assertThat(misbehaviour).as("each is evidence").hasSize(4);
        Note ofOne = Objects.requireNonNull(one.cosigned(ORIGIN));
        assertThat(cosignedBy(ofOne, "one")).hasSize(1);
        assertThat(cosignedBy(ofOne, "other")).isEmpty();
    }

    @Test
    void logMayHaveSeveralKeysAndAReplacedOneIsRefusedUntilItIsKnown() throws Exception {
        SigningKey second = SigningKey.generate();
        Witness witness = witness("w");
        witness.add(request(0, NaiveTree.leaves(4)));
        assertThat(said(witness.add(request(4, NaiveTree.leaves(6), second)))).isEqualTo("403");
        stores.removeLast().close();
        Witness told = witness("w", store("w"), LOG_KEY, second.publicKey().noteKey(ORIGIN));
        assertThat(said(told.add(request(4, NaiveTree.leaves(6), second)))).isEqualTo("200 6");
        assertThat(said(told.add(request(6, NaiveTree.leaves(9))))).isEqualTo("200 9");
    }

    @Test
    void whatWasCosignedOutlivesTheProcessAndWhatIsNotItsOwnStopsTheNext() throws Exception {
        witness("w").add(request(0, NaiveTree.leaves(6)));
        assertThatThrownBy(() -> witness("w")).hasMessageContaining("another witness keeps its state");
        stores.removeLast().close();
        assertThat(said(witness("w").add(request(0, NaiveTree.leaves(7))))).isEqualTo("409 6");
        stores.removeLast().close();

        Path state = state("w");
        byte[] kept = Files.readAllBytes(state);
        for (int bit = 0; bit < 8 * kept.length; bit += 23) {
            byte[] changed = kept.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(state, changed);
            WitnessStore store = store("w");
            // the log's own signature is not read again: what the witness cosigned is
            String text = new String(changed, StandardCharsets.UTF_8);
            if (!text.endsWith(new String(kept, StandardCharsets.UTF_8).lines().toList().getLast() + "\n")
                    || !text.startsWith(AddCheckpoint.parse(request(0, NaiveTree.leaves(6))).checkpoint().text())) {
                assertThatThrownBy(() -> witness("w", store, LOG_KEY)).as("bit %d", bit)
                        .isInstanceOf(IOException.class);
            }
            stores.removeLast().close();
        }
        Files.write(state, kept);
        Files.delete(directory.resolve("w/witness-key.pem"));
        WitnessStore store = store("w");
        assertThatThrownBy(() -> witness("w", store, LOG_KEY)).as("another key").isInstanceOf(IOException.class);
    }

    private Path state(String name) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(name))) {
            return files.filter(file -> file.toString().endsWith(".checkpoint")).findAny().orElseThrow();
        }
    }

    /** A disk that takes some bytes of a write, and then the process is killed. */
    private static final class Killed extends WitnessStore {
        private int left;

        Killed(Path directory, int bytes) throws IOException {
            super(directory);
            left = bytes;
        }

        @Override
        void write(FileChannel channel, ByteBuffer bytes) throws IOException {
            ByteBuffer part = bytes.slice(0, Math.min(left, bytes.remaining()));
            left -= part.remaining();
            super.write(channel, part);
            throw new IOException("killed");
        }
    }

    @Test
    void killInTheMiddleOfAWriteLeavesWhatWasCosignedBefore() throws Exception {
        witness("w").add(request(0, NaiveTree.leaves(6)));
        stores.removeLast().close();
        long length = Files.size(state("w"));
        for (int bytes = 0; bytes <= length; bytes += 9) {
            WitnessStore dying = new Killed(directory.resolve("w"), bytes);
            stores.add(dying);
            Witness killed = witness("w", dying, LOG_KEY);
            assertThatThrownBy(() -> killed.add(request(6, NaiveTree.leaves(9)))).as("nothing leaves before it is kept")
                    .hasMessage("killed");
            stores.removeLast().close();
            assertThat(said(witness("w").add(request(0, NaiveTree.leaves(9))))).as("killed after %d bytes", bytes)
                    .isEqualTo("409 6");
            stores.removeLast().close();
        }
        Witness again = witness("w");
        assertThat(said(again.add(request(6, leaves(9, 6, "fork"))))).as("the log chose anew: no answer had left")
                .isEqualTo("200 9");
    }

    @Test
    void requestsAtOnceNeverTakeBackWhatWasCosigned() throws Exception {
        Witness witness = witness("w");
        witness.add(request(0, NaiveTree.leaves(5)));
        List<Callable<String>> all = IntStream.range(6, 40).<Callable<String>>mapToObj(
                size -> () -> said(witness.add(request(5, leaves(size, 5, "fork of " + size))))).toList();
        List<String> answers = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (var answer : threads.invokeAll(all)) {
                answers.add(answer.get());
            }
        }
        assertThat(answers).filteredOn(answer -> answer.startsWith("200")).hasSize(1);
        String size = answers.stream().filter(answer -> answer.startsWith("200")).findAny().orElseThrow().substring(4);
        assertThat(answers).filteredOn(answer -> !answer.startsWith("200")).containsOnly("409 " + size);
    }

    @Test
    void witnessSpeaksHttpAsTheSpecificationHasIt() throws Exception {
        List<String> events = new ArrayList<>();
        try (WitnessServer server = new WitnessServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                witness("w"), events::add); HttpClient client = HttpClient.newHttpClient()) {
            URI url = URI.create("http://127.0.0.1:" + server.port() + "/add-checkpoint");
            HttpResponse<String> cosigned = post(client, url, request(0, NaiveTree.leaves(4)));
            assertThat(cosigned.statusCode()).isEqualTo(200);
            assertThat(new AddCheckpoint(0, List.of(), checkpoint(NaiveTree.leaves(4), LOG))
                    .cosignature(cosigned.body(), key("w")).name()).isEqualTo("w.example");
            HttpResponse<String> conflict = post(client, url, request(0, NaiveTree.leaves(4)));
            assertThat(conflict.statusCode()).isEqualTo(409);
            assertThat(conflict.headers().firstValue("Content-Type")).hasValue("text/x.tlog.size");
            assertThat(conflict.body()).isEqualTo("4\n");
            assertThat(AddCheckpoint.size(conflict.body())).isEqualTo(4);
            for (Map.Entry<Integer, byte[]> each : Map.of(400, new byte[]{1}, 413, new byte[70_000], 403,
                    request(4, NaiveTree.leaves(5), SigningKey.generate()), 422,
                    request(4, leaves(6, 3, "x"))).entrySet()) {
                assertThat(post(client, url, each.getValue()).statusCode()).isEqualTo(each.getKey());
            }
            assertThat(client.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
                    .statusCode()).isEqualTo(405);
            assertThat(post(client, url.resolve("/other"), new byte[0]).statusCode()).isEqualTo(404);
        }
        assertThat(events).contains("cosigned 4 entries").anyMatch(line -> line.startsWith("refused with 422: "));
    }

    private static HttpResponse<String> post(HttpClient client, URI url, byte[] body) throws Exception {
        return client.send(HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void requestOfTheSpecificationIsRead() {
        AddCheckpoint request = AddCheckpoint
                .parse("""
                        old 20852014
                        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
                        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
                        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
                        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

                        example.com/behind-the-sofa
                        20852163
                        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

                        \u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
                        \u2014 example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
                        """
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(request.old()).isEqualTo(20_852_014);
        assertThat(request.proof()).hasSize(4);
        assertThat(TreeHead.parse(request.checkpoint().text()).size()).isEqualTo(20_852_163);
        assertThat(AddCheckpoint.parse(request.bytes()).bytes()).isEqualTo(request.bytes());
    }

    /** A log's key makes any number of signatures of one text, all of them right. */
    @Test
    void signaturesBesideTheLogsOwnAreNeitherKeptNorInTheWay() throws Exception {
        WitnessStore store = store("w");
        Witness witness = witness("w", store, LOG_KEY);
        Note one = checkpoint(NaiveTree.leaves(3), LOG);
        List<Note.Signed> many = new ArrayList<>(
                Collections.nCopies(Note.MAX_SIGNATURES - 1, one.signatures().getFirst()));
        many.add(new Note.Signed("stranger", 1, new byte[64]));

        assertThat(said(witness.add(new AddCheckpoint(0, List.of(), new Note(one.text(), many)).bytes())))
                .isEqualTo("200 3");
        assertThat(java.util.Objects.requireNonNull(witness.cosigned(ORIGIN)).signatures()).as("kept").hasSize(2)
                .startsWith(one.signatures().getFirst());
        assertThat(store.read(ORIGIN, key("w"))).isEqualTo(witness.cosigned(ORIGIN));
    }

    @Test
    void checkpointWithAFalseSignatureOfOneOfTheLogsKeysIsRefused() throws Exception {
        SigningKey next = SigningKey.generate();
        NoteKey nextKey = next.publicKey().noteKey(ORIGIN);
        Note one = checkpoint(NaiveTree.leaves(3), LOG);
        Note two = one.with(checkpoint(NaiveTree.leaves(3), next).signatures());
        Note wrong = one.with(List.of(new Note.Signed(ORIGIN, nextKey.id(), new byte[64])));
        Witness witness = witness("w", store("w"), LOG_KEY, nextKey, LOG_KEY);

        assertThat(said(witness.add(new AddCheckpoint(0, List.of(), wrong).bytes()))).isEqualTo("403");
        assertThat(said(witness.add(new AddCheckpoint(0, List.of(), two).bytes()))).isEqualTo("200 3");
        assertThat(java.util.Objects.requireNonNull(witness.cosigned(ORIGIN)).signatures()).hasSize(3);
    }

    /** What is kept must be readable again, or the witness would start for no log any more. */
    @Test
    void checkpointThatIsTooLongWithItsCosignatureIsRefusedAndOneThatIsNotOutlivesTheProcess() throws Exception {
        Note bare = longCheckpoint(1);
        int cosignature = new Note.Signed("w.example", 1, new byte[72]).line().getBytes(StandardCharsets.UTF_8).length;
        int fits = Note.MAX_BYTES - cosignature - bare.bytes().length + 1;
        for (int extension : new int[]{fits + 2, fits + 1, fits}) {
            WitnessStore store = store("w");
            Witness witness = witness("w", store, LOG_KEY);
            byte[] request = new AddCheckpoint(0, List.of(), longCheckpoint(extension)).bytes();
            assertThat(request.length).isLessThan(AddCheckpoint.MAX_BYTES);
            assertThat(said(witness.add(request))).as("%s more", extension - fits)
                    .isEqualTo(extension > fits ? "400" : "200 3");
            store.close();
            stores.remove(store);
        }
        assertThat(witness("w", store("w"), LOG_KEY).cosigned(ORIGIN)).as("read again").isNotNull()
                .satisfies(kept -> assertThat(kept.bytes()).hasSize(Note.MAX_BYTES));
    }

    private static Note longCheckpoint(int extension) {
        return Note.sign(new TreeHead(ORIGIN, 3, NaiveTree.root(NaiveTree.leaves(3)), List.of("x".repeat(extension)))
                .text(), LOG_KEY, LOG::sign);
    }

    @Test
    void stateThatWasCutAnywhereIsNeverTakenForNone() throws Exception {
        WitnessStore store = store("w");
        Witness witness = witness("w", store, LOG_KEY);
        assertThat(said(witness.add(request(0, NaiveTree.leaves(3))))).isEqualTo("200 3");
        Path file;
        try (var files = Files.list(directory.resolve("w"))) {
            file = files.filter(each -> each.toString().endsWith(".checkpoint")).findFirst().orElseThrow();
        }
        byte[] whole = Files.readAllBytes(file);
        NoteKey key = key("w");
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> store.read(ORIGIN, key)).as("%s bytes", length).isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
        }
        Files.write(file, whole);
        assertThat(store.read(ORIGIN, key)).isNotNull();
        assertThat(store.read("example.com/other", key)).as("of another log").isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"w.example", "z\u00fcrich.example/w", "\u8b49\u4eba", "\ud83d\udc41"})
    void witnessKeepsItsKeyAndItsNameInWhateverLanguage(String name) throws IOException {
        WitnessKey made = WitnessKey.in(directory, name, "other");
        assertThat(made.key().name()).isEqualTo(name);
        for (String again : new String[]{name, null}) {
            assertThat(WitnessKey.in(directory, again, "other").key()).isEqualTo(made.key());
        }
        assertThatThrownBy(() -> WitnessKey.in(directory, "other", "other"))
                .hasMessage("this witness is named " + name + " already; another name needs another directory");
        Files.delete(directory.resolve(WitnessKey.PUBLIC));
        assertThat(WitnessKey.in(directory, null, name).key()).as("its other half made again").isEqualTo(made.key());
        Files.writeString(directory.resolve(WitnessKey.PUBLIC), SigningKey.generate().publicKey().noteKey(name).text());
        assertThatThrownBy(() -> WitnessKey.in(directory, null, name)).hasMessageContaining("is not the key of");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a+b", "a\nb", "a\u00a0b", "a\u2028b", "a\u0085b"})
    void nameThatNoNoteCanHoldIsRefusedAndAGoodOneIsTakenAfterwards(String name) throws IOException {
        assertThatThrownBy(() -> WitnessKey.in(directory, name, "other")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a key's name has neither spaces nor plus signs");
        assertThat(WitnessKey.in(directory, "good", "other").key().name()).isEqualTo("good");
    }
}
