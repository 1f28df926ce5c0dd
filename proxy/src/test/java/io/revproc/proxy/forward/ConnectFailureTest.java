package io.revproc.proxy.forward;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;

import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectFailureTest {
    @Test
    void wantOfASocketOrAPortIsNoServersFault() {
        assertThat(ConnectFailure.of(new ChannelException("Unable to create Channel", new IOException("EMFILE"))))
                .isEqualTo(ConnectFailure.OURS);
        assertThat(ConnectFailure.of(new BindException("no port"))).isEqualTo(ConnectFailure.OURS);
        assertThat(ConnectFailure.of(new IOException("NIO says it so", new BindException("no port"))))
                .isEqualTo(ConnectFailure.OURS);
        assertThat(ConnectFailure.of(
                new ConnectException(
                        "connect(..) failed with error(-99): Cannot assign requested address: /127.0.0.1:1")))
                .isEqualTo(ConnectFailure.OURS);
    }

    @Test
    void everythingElseIsTheServersOrTheWays() {
        assertThat(ConnectFailure.of(new ConnectException("connect(..) failed with error(-111): Connection refused")))
                .isEqualTo(ConnectFailure.REFUSED);
        assertThat(ConnectFailure.of(new ConnectTimeoutException("timed out"))).isEqualTo(ConnectFailure.REFUSED);
        assertThat(ConnectFailure.of(new ConnectException())).isEqualTo(ConnectFailure.REFUSED);
        assertThat(ConnectFailure.of(new NoRouteToHostException())).isEqualTo(ConnectFailure.UNREACHABLE);
        assertThat(ConnectFailure.of(new IOException("reset"))).isEqualTo(ConnectFailure.UNREACHABLE);
        assertThat(ConnectFailure.of(null)).isEqualTo(ConnectFailure.UNREACHABLE);
    }
}
