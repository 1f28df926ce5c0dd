package io.revproc.proxy.forward;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;

/** Keeps what connections report, as text. */
final class ToldOutcomes implements Outcomes {
    final List<String> lines = new ArrayList<>();

    @Override
    public void sent(Exchange exchange) {
        lines.add("sent");
    }

    @Override
    public void answered(Exchange exchange, Endpoint at, byte[] bytes, int from, int to, int cutStart,
            int cutEnd) {
        lines.add("answered " + new String(bytes, from, cutStart - from, StandardCharsets.UTF_8)
                + new String(bytes, cutEnd, to - cutEnd, StandardCharsets.UTF_8));
    }

    @Override
    public void refused(Exchange exchange, Endpoint at, ErrorCode code, boolean retryable, String sentence,
            boolean present) {
        lines.add("refused " + code + " " + retryable + " " + sentence + " " + present);
    }

    @Override
    public void failed(Exchange exchange, Endpoint at) {
        lines.add("failed");
    }

    @Override
    public void breach(Endpoint at, String what) {
        lines.add("breach: " + what);
    }

    @Override
    public void unconnected(Endpoint at, Collection<Exchange> exchanges, ConnectFailure failure) {
        lines.add("unconnected " + exchanges.size() + " " + failure);
    }

    @Override
    public void unsent(Endpoint at, Collection<Exchange> exchanges) {
        lines.add("unsent " + exchanges.size());
    }

    @Override
    public void roomAgain() {
        lines.add("room");
    }
}
