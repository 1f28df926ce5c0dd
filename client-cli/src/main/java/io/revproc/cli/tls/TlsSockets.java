package io.revproc.cli.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * Makes connections with TLS 1.3, or 1.2 for a proxy that has no better. The other end's certificate must name the host that was
 * asked for. Thread-safe.
 *
 * @param certified whether this end has a certificate of its own
 */
public record TlsSockets(SSLContext context, boolean certified) {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** TLS over a connection that stands. Whoever waits for it bounds the wait by the socket's timeout. */
    public SSLSocket secure(Socket connected, InetSocketAddress target) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(connected, target.getHostString(),
                target.getPort(), true);
        socket.setSSLParameters(verifying(socket.getSSLParameters()));
        socket.startHandshake();
        return socket;
    }

    /** For a connection without a socket's streams. */
    public SSLEngine engine(InetSocketAddress target) {
        SSLEngine engine = context.createSSLEngine(target.getHostString(), target.getPort());
        engine.setUseClientMode(true);
        engine.setSSLParameters(verifying(engine.getSSLParameters()));
        return engine;
    }

    /** Listens; whoever connects has to show a certificate of the authorities. */
    public ServerSocket listen(InetAddress address, int port, int backlog) throws IOException {
        SSLServerSocket socket = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(port, backlog,
                address);
        socket.setEnabledProtocols(VERSIONS);
        socket.setNeedClientAuth(true);
        return socket;
    }

    private static SSLParameters verifying(SSLParameters parameters) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(VERSIONS);
        return parameters;
    }
}
