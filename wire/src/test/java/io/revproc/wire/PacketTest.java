package io.revproc.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.revproc.wire.Message.Data;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The real packets of the seed. Their hashes were computed by coreutils' sha1sum, not by this code. */
class PacketTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
            1327, PP_1, 9272e7749ab26f16c8d93dfa4a4def788dadd4ff
            1327, PP_2, 5d5b56e93d61c78d2c28d0f6b5cf45d196b825b6
            1328, PP_1, fc2c525a91864f6242c1e8a944cdf3e802ae9003
            1328, PP_2, ad117f95234e634981ffe529ac26e9bce0895fa1
            1329, PP_1, 3c090d44f2b5f00e1eceefc5a56d9ef98023d9b7
            1329, PP_2, 4d14123d5446e88a5e5b4f80aa0730a5d2fedaff
            1330, PP_1, 785b0117108f587d296488ef7e782d59518641ec
            1330, PP_2, c785d24de9dd03ba289023cebd56bf1dfb8adbc6
            1331, PP_1, 90458ef77977578cdca4d97b505bfe3b992cf2ea
            1331, PP_2, 1f664c0c9d0ff23a573df0ba78937a9d4cf0e83f
            1332, PP_1, 0ec9585d66dfcbea76d1512d2d03aa50b815e77f
            1332, PP_2, 6d04d8f99ead8d7de901725f15f7c9378a25a90b
            1333, PP_1, 0be978ea0a537c5dcbffdba1b493573fc7750ffc
            1333, PP_2, bfb8ef28e6cb981485794b990acc409d830ad5ab
            1334, PP_1, 8f38235f4714b7196b5d9458080cb3d16e01b79b
            1334, PP_2, 54d52587975047f4a8365acd42200d973f17ebc6
            """)
    void packetIsReadByCodecAndScannerAndHashes(int srcId, String policy, String sha1) throws Exception {
        byte[] packet = packet(srcId + "." + policy + ".json");

        Data data = (Data) MessageCodec.read(packet, 0, packet.length);
        assertThat(data.srcId()).isEqualTo(Ident.of(srcId));
        assertThat(data.policy()).isEqualTo(Ident.of(policy));
        assertThat(data.payloadSize()).isEqualTo(32).isEqualTo(data.payload().length());
        assertThat(PayloadDigest.of(data.payload())).isEqualTo(sha1);
        assertThat(MessageCodec.read(MessageCodec.write(data), 0, MessageCodec.write(data).length)).isEqualTo(data);

        MessageFramer framer = new MessageFramer(1024);
        framer.offer(packet, 0, packet.length);
        assertThat(framer.poll()).isEqualTo(MessageFramer.Event.MESSAGE);
        assertThat(framer.scanner().dataProblem()).isNull();
        assertThat(framer.scanner().policyText()).isEqualTo(policy);
        assertThat(framer.poll()).isEqualTo(MessageFramer.Event.NEED_MORE);
    }

    @Test
    void digestIsOfTheUtf8Bytes() {
        assertThat(PayloadDigest.of("")).isEqualTo("da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assertThat(PayloadDigest.of("größer 😀")).isEqualTo("549e6f559e3659c02ab71f344e3b4272fe2776dc");
    }

    private static byte[] packet(String name) throws IOException {
        return Files.readAllBytes(Path.of("..", "test_payloads", name));
    }
}
