package io.revproc.transport;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a channel hears of its repeated read while it reads, and once it has stopped. */
class StoppedReadsTest {
    private final IoRegistration registration = (IoRegistration) Proxy.newProxyInstance(getClass().getClassLoader(),
            new Class<?>[]{IoRegistration.class}, (self, method, arguments) -> null);
    private final List<IoUringIoEvent> heard = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private final Reads channel = new Reads();
    private final IoUringIoHandle handle = (IoUringIoHandle) StoppedReads.before(unsafe());

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            bytes, and more to come          | false | 27 |  512 | 3 |  512 | 0
            bytes while it reads             | true  | 27 |  512 | 1 |  512 | 0
            no buffers while it reads        | true  | 27 | -105 | 0 | -105 | 0
            no buffers: nothing begins anew  | false | 27 | -105 | 0 | -125 | 0
            the last bytes of a read         | false | 27 |  512 | 1 |  512 | 1
            the end of the stream            | false | 27 |    0 | 0 |    0 | 0
            a reset                          | false | 27 | -104 | 0 | -104 | 0
            a read that was cancelled        | false | 27 | -125 | 0 | -125 | 0
            a write that found no buffers    | false | 26 | -105 | 0 | -105 | 0
            """)
    void channelThatHasStoppedReadingIsNotReadOn(String what, boolean reads, byte operation, int result, int flags,
            int told, int stopped) {
        channel.config().setAutoRead(reads);
        channel.stops = 0;
        handle.handle(registration, new IoUringIoEvent(result, flags, operation, 77L));
        IoUringIoEvent event = heard.getFirst();
        assertThat(heard).hasSize(1);
        assertThat(event.res()).isEqualTo(told);
        assertThat(List.of(event.opcode(), event.flags(), event.userData())).as("all else stays").isEqualTo(
                List.of(operation, flags, 77L));
        assertThat(channel.stops).as("reads that were ended").isEqualTo(stopped);
        assertThat(channel.config().isAutoRead()).isEqualTo(reads);
    }

    @Test
    void allElseIsHandedOn() throws Exception {
        handle.registered();
        handle.unregistered();
        handle.close();
        assertThat(calls).containsExactly("registered", "unregistered", "close");
    }

    @Test
    void handleThatIsNoChannelsStaysAsItIs() {
        IoHandle timer = new IoUringIoHandle() {
            @Override
            public void handle(IoRegistration registration, IoEvent event) {}

            @Override
            public void close() {}
        };
        assertThat(StoppedReads.before(timer)).isSameAs(timer);
    }

    /** Like Netty's: at once a channel's inner side and what the ring tells of its completions. */
    private IoHandle unsafe() {
        return (IoHandle) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[]{IoUringIoHandle.class, Channel.Unsafe.class}, (self, method, arguments) -> {
                    if (method.getName().equals("handle")) {
                        heard.add((IoUringIoEvent) arguments[1]);
                    } else if (method.getName().equals("voidPromise")) {
                        return channel.voidPromise();
                    } else {
                        calls.add(method.getName());
                    }
                    return null;
                });
    }

    /** Counts how often reading is switched off. */
    private static final class Reads extends EmbeddedChannel {
        private int stops;

        @Override
        public Channel read() {
            // Switched on again; what follows is that it is switched off.
            stops++;
            return super.read();
        }
    }
}
