package tpm;

/** Why evidence is refused: words joined by dashes for the log, and a sentence for a server whose quote has an enrolled key's signature. */
final class Refusal extends Exception {
    final String sentence;

    Refusal(String reason, String sentence) {
        super(reason, null, false, false);
        this.sentence = sentence;
    }
}
