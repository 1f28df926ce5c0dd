package io.revproc.cli;

/** The command line. */
public final class Revproc {
    private Revproc() {}

    public static void main(String[] args) {
        System.out.println("revproc");
    }
}
