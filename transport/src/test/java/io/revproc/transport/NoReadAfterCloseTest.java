package io.revproc.transport;

import java.util.ArrayList;
import java.util.List;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A channel that is being closed is not asked for bytes any more. */
class NoReadAfterCloseTest {
    @Test
    void readsPassUntilTheChannelIsClosed() {
        List<String> asked = new ArrayList<>();
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void read(ChannelHandlerContext ctx) {
                asked.add("read");
            }

            @Override
            public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
                // as where a last write is still under way
                asked.add("close");
            }
        }, new NoReadAfterClose());
        channel.read();
        channel.read();
        assertThat(asked).containsExactly("read", "read");
        channel.pipeline().close();
        channel.read();
        assertThat(asked).containsExactly("read", "read", "close");
        channel.pipeline().removeFirst();
        channel.finishAndReleaseAll();
    }
}
