package io.revproc.acceptance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Unmistakable payloads, and what would be left of one where it leaked: pieces of it, plain, in base64 or in hexadecimal. */
final class Traces {
    private static final String LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static final int LENGTH = 48;
    /** Bytes of the smallest piece that is recognised; 9 are whole in base64. */
    private static final int PIECE = 9;

    private final Random random = new Random(4);
    private final Map<String, List<String>> pieces = new LinkedHashMap<>();

    /** A payload that is used for this and nothing else. */
    String payload(String use) {
        StringBuilder payload = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            payload.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        pieces.put(use, piecesOf(payload.toString()));
        return payload.toString();
    }

    private static List<String> piecesOf(String payload) {
        List<String> pieces = new ArrayList<>();
        for (int at = 0; at + PIECE <= payload.length(); at++) {
            String piece = payload.substring(at, at + PIECE);
            byte[] bytes = piece.getBytes(StandardCharsets.US_ASCII);
            pieces.add(piece);
            pieces.add(Base64.getEncoder().encodeToString(bytes));
            pieces.add(HexFormat.of().formatHex(bytes));
            pieces.add(HexFormat.of().withUpperCase().formatHex(bytes));
            pieces.add(HexFormat.ofDelimiter(" ").formatHex(bytes));
        }
        return pieces;
    }

    /** Which payloads show in this, by their use. */
    List<String> in(byte[] output) {
        String text = new String(output, StandardCharsets.ISO_8859_1);
        return pieces.entrySet().stream().filter(payload -> payload.getValue().stream().anyMatch(text::contains))
                .map(Map.Entry::getKey).toList();
    }

    List<String> in(String output) {
        return in(output.getBytes(StandardCharsets.UTF_8));
    }
}
