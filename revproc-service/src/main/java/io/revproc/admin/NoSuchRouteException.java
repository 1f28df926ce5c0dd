package io.revproc.admin;

/** Asked for something that is not in the switch table. */
final class NoSuchRouteException extends RuntimeException {
    NoSuchRouteException(String sentence) {
        super(sentence, null, false, false);
    }
}
