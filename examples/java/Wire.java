import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A connection: one thread reads its messages, any thread writes. */
final class Wire implements AutoCloseable {
    final Socket socket;
    private final JsonReader reader;
    private final ReentrantLock writing = new ReentrantLock();

    Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        reader = new JsonReader(new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)));
    }

    /**
     * Connects to the proxy.
     *
     * @param tls null: in plain text. The proxy's certificate must name its host
     */
    static Wire connect(String hostAndPort, SSLContext tls, int timeoutMillis) throws IOException {
        if (!hostAndPort.matches(".+:\\d{1,5}")) {
            throw new IOException("'" + hostAndPort + "' is not HOST:PORT");
        }
        int colon = hostAndPort.lastIndexOf(':');
        String host = hostAndPort.substring(0, colon).replaceAll("[\\[\\]]", "");
        int port = Integer.parseInt(hostAndPort.substring(colon + 1));
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            if (tls != null) {
                SSLSocket secured = (SSLSocket) tls.getSocketFactory().createSocket(socket, host, port, true);
                SSLParameters parameters = secured.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS"); // without this the name is not checked
                secured.setSSLParameters(parameters);
                secured.startHandshake();
                socket = secured;
            }
            return new Wire(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Returns the next message, null at the end. Waits at most for the socket's timeout. */
    Map<String, Object> next() throws IOException {
        return reader.next();
    }

    /** Writes a message in one write, one message at a time. */
    void send(Map<String, Object> message) throws IOException {
        byte[] bytes = JsonText.write(message).getBytes(StandardCharsets.UTF_8);
        writing.lock();
        try {
            socket.getOutputStream().write(bytes);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }
}
