package io.revproc.proxy.listener;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ProxyHeaderTest {
    @Test
    void mappedAddressCountsAsTheIpv4AddressThatItIs() throws Exception {
        byte[] mapped = binary(0x21, 0x21, "00000000000000000000ffff0b000001" + "0".repeat(32) + "ffff0001", 0);
        ProxyHeader line = parse("PROXY TCP6 ::ffff:11.0.0.1 ::1 65535 1\r\n");
        ProxyHeader binary = ProxyHeader.parse(mapped, mapped.length);
        assertThat(line).isNotNull().extracting(ProxyHeader::source).isEqualTo(address("11.0.0.1", 65535));
        assertThat(binary).isNotNull().extracting(ProxyHeader::source).isEqualTo(address("11.0.0.1", 65535));
    }

    private static @Nullable ProxyHeader parse(String text) throws ProxyHeader.Malformed {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return ProxyHeader.parse(bytes, bytes.length);
    }

    /** A header of version 2. */
    private static byte[] binary(int command, int family, String addresses, int extensions) {
        byte[] rest = HexFormat.of().parseHex(addresses);
        int length = rest.length + extensions;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.ISO_8859_1));
        out.write(command);
        out.write(family);
        out.write(length >> 8);
        out.write(length);
        out.writeBytes(rest);
        out.writeBytes(new byte[extensions]);
        return out.toByteArray();
    }

    private static InetSocketAddress address(String host, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    @Test
    void lineNamesTheSource() throws Exception {
        assertThat(parse("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n{\"type\"")).isEqualTo(
                new ProxyHeader(45, address("192.0.2.7", 56324)));
        assertThat(parse("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n")).isEqualTo(
                new ProxyHeader(36, address("2001:db8::1", 1)));
        assertThat(parse("PROXY UNKNOWN ffff::1 whatever\r\n")).isEqualTo(new ProxyHeader(32, null));
        assertThat(parse("PROXY UNKNOWN\r\n")).isEqualTo(new ProxyHeader(15, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\": 0}", "PROXZ", "proxy TCP4 1.2.3.4 1.2.3.4 1 1\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 1 1\r\n", "PROXY  TCP4 1.2.3.4 1.2.3.4 1 1\r\n",
            "PROXY TCP4 1.2.3.256 1.2.3.4 1 1\r\n", "PROXY TCP4 1.2.3.4 1.2.3 1 1\r\n", "PROXY TCP4 ::1 ::1 1 1\r\n",
            "PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n", "PROXY TCP6 fe80::1%lo ::1 1 1\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 -1\r\n", "PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n",
            "PROXY TCP4 localhost 1.2.3.4 1 1\r\n", "PROXY \r\n", "\r\n\r\n\0\r\nQUIX"})
    void whatIsNoHeaderIsRefused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(ProxyHeader.Malformed.class);
    }

    @Test
    void lineWithoutAnEndIsRefusedAtItsBound() throws Exception {
        assertThat(parse("PROXY UNKNOWN " + "x".repeat(92))).isNull();
        assertThatThrownBy(() -> parse("PROXY UNKNOWN " + "x".repeat(93))).hasMessageContaining("107");
    }

    @Test
    void everyPieceOfAHeaderIsIncomplete() throws Exception {
        byte[] line = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] binary = binary(0x21, 0x11, "c0000207c6336401dc0401bb", 5);
        for (byte[] whole : new byte[][]{line, binary}) {
            for (int n = 0; n < whole.length; n++) {
                assertThat(ProxyHeader.parse(Arrays.copyOf(whole, n), n)).isNull();
            }
            assertThat(ProxyHeader.parse(whole, whole.length)).isEqualTo(
                    new ProxyHeader(whole.length, address("192.0.2.7", 56324)));
        }
    }

    @Test
    void binaryHeaderNamesTheSource() throws Exception {
        byte[] six = binary(0x21, 0x21, "20010db8000000000000000000000001" + "0".repeat(32) + "ffff0001", 100);
        assertThat(ProxyHeader.parse(six, six.length)).isEqualTo(
                new ProxyHeader(six.length, address("2001:db8::1", 65535)));
        byte[] check = binary(0x20, 0x00, "", 0);
        assertThat(ProxyHeader.parse(check, check.length)).isEqualTo(new ProxyHeader(16, null));
        byte[] local = binary(0x20, 0x11, "c0000207c6336401dc0401bb", 0);
        assertThat(ProxyHeader.parse(local, local.length)).isEqualTo(new ProxyHeader(28, null));
        byte[] unix = binary(0x21, 0x31, "", 216);
        assertThat(ProxyHeader.parse(unix, unix.length)).isEqualTo(new ProxyHeader(232, null));
    }

    @Test
    void binaryHeaderOfAnotherKindIsRefused() {
        for (byte[] bad : new byte[][]{binary(0x11, 0x11, "c0000207c6336401dc0401bb", 0),
                binary(0x22, 0x11, "c0000207c6336401dc0401bb", 0), binary(0x21, 0x12, "c0000207c6336401dc0401bb", 0),
                binary(0x21, 0x11, "c0000207", 0), binary(0x21, 0x21, "c0000207c6336401dc0401bb", 0),
                binary(0x21, 0x11, "c0000207c6336401dc0401bb", 5000)}) {
            assertThatThrownBy(() -> ProxyHeader.parse(bad, bad.length)).isInstanceOf(ProxyHeader.Malformed.class);
        }
    }
}
