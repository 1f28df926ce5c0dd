package io.revproc.bench;

import java.io.IOException;

/** Runs a load until the code for it is compiled: until a JVM's compilers take less than 1 % of what the process takes. */
final class WarmUp {
    private static final int SECONDS = 5;
    private static final double QUIET = 0.01;
    /** How the names of a JVM's compiler threads end; the kernel keeps 15 characters of a name. */
    private static final String COMPILERS = " CompilerThre";

    /** Makes the load. */
    interface Load {
        void run(int seconds) throws IOException, InterruptedException;
    }

    private WarmUp() {}

    /**
     * Runs the load for five seconds, again and again. What has no compilers is run once.
     *
     * @param runs at most
     */
    static void run(Child target, int runs, Load load) throws IOException, InterruptedException {
        ProcessUsage usage = target.usage();
        double compiling = 1;
        for (int i = 0; i < runs && compiling > QUIET; i++) {
            long compilers = usage.cpuNanos(COMPILERS);
            long all = usage.cpuNanos();
            load.run(SECONDS);
            compiling = (double) (usage.cpuNanos(COMPILERS) - compilers) / Math.max(1, usage.cpuNanos() - all);
        }
    }
}
