package io.revproc.acceptance.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import tools.jackson.core.JsonParser;

/** A process on another host: servers that register from two addresses of it, and clients that are idle or in the middle of a message. */
final class FarPeers {
    static final int IDLE = 20;
    static final int BEGUN = 20;

    private FarPeers() {}

    /** @param args the proxy's port */
    public static void main(String[] args) throws IOException, InterruptedException {
        InetSocketAddress proxy = new InetSocketAddress(TwoHosts.NEAR, Integer.parseInt(args[0]));
        try (Socket foreign = socket(TwoHosts.FAR_TOO, proxy)) {
            System.out.println("foreign: " + setUp(foreign, 2).code());
        }
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < IDLE + BEGUN; i++) {
            clients.add(socket(TwoHosts.FAR, proxy));
        }
        Socket session = socket(TwoHosts.FAR, proxy);
        String lease = setUp(session, 1).lease();
        System.out.println(lease.isEmpty() ? "not registered" : "registered");
        for (Socket client : clients.subList(IDLE, clients.size())) {
            send(client, "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"FAR\", \"payload\": \"and ");
        }
        System.out.println("open: " + clients.size());
        while (true) {
            send(session, "{\"type\": 3, \"lease\": \"" + lease + "\"}");
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }

    private static Socket socket(String from, InetSocketAddress proxy) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(proxy, 10_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Seen setUp(Socket socket, int id) throws IOException {
        send(socket, "{\"type\": 1, \"proto\": 2, \"id\": " + id
                + ", \"privPolyId\": \"FAR\", \"listenport\": 9, \"mux\": true}");
        InputStream in = socket.getInputStream();
        JsonParser parser = Seen.parser(in);
        Seen answer = Seen.next(parser);
        if (answer == null) {
            throw new IOException("the setup was not answered");
        }
        return answer;
    }
}
