package io.revproc.forward;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Puts receipts into answers. The answer was framed and checked before: it is an object, and its last byte closes it. */
final class Receipts {
    private static final byte[] KEY = ", \"receipt\": \"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\"}".getBytes(StandardCharsets.US_ASCII);
    private static final JsonFactory JSON = new JsonFactory();

    private Receipts() {}

    /** The answer without what is cut out of it and without a receipt of the server's own. */
    static byte[] copyForReceipt(byte[] bytes, int from, int to, int cutStart, int cutEnd) {
        byte[] copy = new byte[to - from - (cutEnd - cutStart)];
        System.arraycopy(bytes, from, copy, 0, cutStart - from);
        System.arraycopy(bytes, cutEnd, copy, cutStart - from, to - cutEnd);
        return withoutServersOwn(copy);
    }

    /** The answer with the receipt as its last member. */
    static byte[] with(byte[] answer, byte @Nullable [] receipt) {
        if (receipt == null) {
            return answer;
        }
        int rest = answer.length - 1;
        byte[] with = new byte[rest + KEY.length + receipt.length + END.length];
        System.arraycopy(answer, 0, with, 0, rest);
        System.arraycopy(KEY, 0, with, rest, KEY.length);
        System.arraycopy(receipt, 0, with, rest + KEY.length, receipt.length);
        System.arraycopy(END, 0, with, rest + KEY.length + receipt.length, END.length);
        return with;
    }

    /**
     * Takes out a receipt that the server put into its answer: it is not the server's to give, and of two members of one name a
     * client may read either. Its place keeps a member of no meaning, so that nothing around it has to move.
     */
    private static byte[] withoutServersOwn(byte[] answer) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), answer)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                int key = (int) parser.currentTokenLocation().getByteOffset();
                boolean own = "receipt".equals(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
                if (own) {
                    answer[key + 1] = 'X';
                    return answer;
                }
            }
            return answer;
        } catch (JacksonException e) {
            // a name or a number beyond what this parser takes: whoever reads that answer makes of it what he will
            return answer;
        }
    }
}
