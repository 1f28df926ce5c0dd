package io.revproc.acceptance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/** What can be changed of a receipt: one bit of one of its parts, or a part that is left out or repeated. */
enum ReceiptMutation {
    /** Any character before the checkpoint. */
    TEXT {
        @Override
        void change(Parts parts, Random random) {
            int end = parts.checkpointAt();
            parts.replace(flipped(parts.text().substring(0, end), random) + parts.text().substring(end));
        }
    },
    VERSION {
        @Override
        void change(Parts parts, Random random) {
            parts.flip(1, "extra ", 0, 1, random);
        }
    },
    SALT {
        @Override
        void change(Parts parts, Random random) {
            parts.flip(1, "extra ", 1, 17, random);
        }
    },
    LEAF {
        @Override
        void change(Parts parts, Random random) {
            parts.flip(1, "extra ", 17, Integer.MAX_VALUE, random);
        }
    },
    INDEX {
        @Override
        void change(Parts parts, Random random) {
            String line = parts.lines.get(2);
            parts.lines.set(2, "index " + (Long.parseLong(line.substring(6)) ^ 1L << random.nextInt(20)));
        }
    },
    HASH {
        @Override
        void change(Parts parts, Random random) {
            parts.flip(3 + random.nextInt(parts.hashes()), "", 0, 32, random);
        }
    },
    HASH_LEFT_OUT {
        @Override
        void change(Parts parts, Random random) {
            parts.lines.remove(3 + random.nextInt(parts.hashes()));
        }
    },
    HASH_REPEATED {
        @Override
        void change(Parts parts, Random random) {
            int at = 3 + random.nextInt(parts.hashes());
            parts.lines.add(at, parts.lines.get(at));
        }
    },
    ORIGIN {
        @Override
        void change(Parts parts, Random random) {
            int at = parts.checkpointLine();
            parts.lines.set(at, flipped(parts.lines.get(at), random));
        }
    },
    KEY_ID {
        @Override
        void change(Parts parts, Random random) {
            parts.flip(parts.signatureLine(), parts.signer(), 0, 4, random);
        }
    },
    CUT {
        @Override
        void change(Parts parts, Random random) {
            parts.replace(parts.text().substring(0, parts.text().length() - 1 - random.nextInt(100)));
        }
    },
    /** The message is not the one that the receipt is for. */
    MESSAGE {
        @Override
        void change(Parts parts, Random random) {
            parts.message = flipped(parts.message, random);
        }
    },
    SIZE {
        @Override
        void change(Parts parts, Random random) {
            int at = parts.checkpointLine() + 1;
            parts.lines.set(at, Long.toString(Long.parseLong(parts.lines.get(at)) ^ 1L << random.nextInt(20)));
        }
    },
    ROOT {
        @Override
        void change(Parts parts, Random random) {
            parts.flip(parts.checkpointLine() + 2, "", 0, 32, random);
        }
    },
    SIGNATURE {
        @Override
        void change(Parts parts, Random random) {
            parts.flip(parts.signatureLine(), parts.signer(), 4, Integer.MAX_VALUE, random);
        }
    };

    /** Those whose refusal may take a verification of a signature: slow in Python, so once for each checkpoint. */
    private static final List<ReceiptMutation> OF_SIGNED = List.of(SIZE, ROOT, SIGNATURE);
    private static final List<ReceiptMutation> OTHERS = Arrays.stream(values())
            .filter(kind -> !OF_SIGNED.contains(kind)).toList();
    private static final String RECEIPT = "\"receipt\": \"";
    private static final String MESSAGE_KEY = "{\"message\": \"";

    abstract void change(Parts parts, Random random);

    private static String flipped(String text, Random random) {
        char[] chars = text.toCharArray();
        chars[random.nextInt(chars.length)] ^= (char) (1 << random.nextInt(7));
        return new String(chars);
    }

    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    /** A receipt's lines, and the message that it is for. */
    static final class Parts {
        private final List<String> lines;
        private String message;

        Parts(String receipt, String message) {
            this.lines = new ArrayList<>(List.of(receipt.split("\n", -1)));
            this.message = message;
        }

        String text() {
            return String.join("\n", lines);
        }

        void replace(String text) {
            lines.clear();
            lines.addAll(List.of(text.split("\n", -1)));
        }

        int checkpointLine() {
            return lines.indexOf("") + 1;
        }

        int checkpointAt() {
            return text().indexOf("\n\n") + 2;
        }

        int hashes() {
            return checkpointLine() - 4;
        }

        int signatureLine() {
            return lines.size() - 2;
        }

        String signer() {
            String line = lines.get(signatureLine());
            return line.substring(0, line.lastIndexOf(' ') + 1);
        }

        /** Flips a bit of what stands in base64 behind a prefix. */
        void flip(int line, String prefix, int from, int to, Random random) {
            byte[] bytes = Base64.getDecoder().decode(lines.get(line).substring(prefix.length()));
            int at = from + random.nextInt(Math.min(to, bytes.length) - from);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            lines.set(line, prefix + Base64.getEncoder().encodeToString(bytes));
        }
    }

    /** Changes one answer after the other, each in another way. */
    static final class Changes {
        private final Random random = new Random(1);
        private final Set<String> checkpoints = new HashSet<>();
        private int next;

        /**
         * @param line the message and the answer as JSON;
         *
         * @param kind hears what was changed
         */
        String change(String line, Consumer<ReceiptMutation> kind) {
            int receipt = line.indexOf(RECEIPT) + RECEIPT.length();
            int end = line.indexOf('"', receipt);
            int message = MESSAGE_KEY.length();
            int messageEnd = line.indexOf('"', message);
            Parts parts = new Parts(line.substring(receipt, end).replace("\\n", "\n"),
                    line.substring(message, messageEnd).replace("\\u0022", "\""));
            boolean first = checkpoints.add(parts.lines.getLast() + parts.lines.get(parts.signatureLine()));
            ReceiptMutation mutation = first
                    ? OF_SIGNED.get(checkpoints.size() % OF_SIGNED.size())
                    : OTHERS.get(next++ % OTHERS.size());
            mutation.change(parts, random);
            kind.accept(mutation);
            return MESSAGE_KEY + escaped(parts.message) + line.substring(messageEnd, receipt) + escaped(parts.text())
                    + line.substring(end);
        }
    }
}
