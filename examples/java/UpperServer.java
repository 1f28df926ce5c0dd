import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** A policy server that answers with the payload in upper case. docs/write-a-server.md walks through it. */
final class UpperServer {
    private final ServerSocket listener;
    private final Registration registration;
    private final DataPort dataPort;

    public static void main(String[] args) throws Exception {
        UpperServer server = new UpperServer(Options.parse(args));
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> { // SIGTERM: the process ends when this thread has
            server.registration.stop();
            try {
                main.join();
            } catch (InterruptedException e) {
                // then at once
            }
            Runtime.getRuntime().halt(0); // an orderly end; the JVM would say 143
        }));
        server.registration.keep(server.dataPort::awaitAnswers);
    }

    private UpperServer(Options options) throws IOException {
        SSLContext tls = options.tls();
        listener = tls == null ? new ServerSocket() : tls.getServerSocketFactory().createServerSocket();
        if (listener instanceof SSLServerSocket secured) {
            secured.setNeedClientAuth(true); // only the proxy gets answers
        }
        InetAddress address = InetAddress.getByName(options.get("bind", "127.0.0.1"));
        listener.bind(new InetSocketAddress(address, Integer.parseInt(options.get("listen", "0"))), 512);
        registration = new Registration(options, listener.getLocalPort());
        dataPort = new DataPort(options, registration::isOurs);
        Thread.ofPlatform().daemon().start(this::accept);
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> dataPort.serve(socket));
            } catch (IOException e) {
                // a peer that went away at once
            }
        }
    }
}
