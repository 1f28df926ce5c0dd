package tpm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import io.revproc.proxy.policy.RegularFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machines that lie in a file, and change there within a second: a thread of its own reads it. A file that can't be used changes nothing,
 * and the log says why. Write a new file and rename it, so that nobody reads half of one.
 */
final class MachinesFile {
    private static final Logger log = LoggerFactory.getLogger(MachinesFile.class);

    private static final int MAX_MEGABYTES = 16;

    private final Path file;
    private volatile Machines machines;
    private String seen;

    /** @throws IOException if the file can't be used: the proxy does not start then */
    MachinesFile(Path file) throws IOException {
        this.file = file;
        seen = read();
        machines = Machines.parse(seen);
        Thread.ofPlatform().daemon().name("tpm-machines").start(this::watch);
    }

    Machines get() {
        return machines;
    }

    /** Returns what is there, as far as it is a file of bearable size. */
    private String read() throws IOException {
        return new String(RegularFile.read(file, MAX_MEGABYTES), StandardCharsets.UTF_8);
    }

    private void watch() {
        String problem = "";
        while (true) {
            try {
                Thread.sleep(1000);
                String read = read();
                if (!read.equals(seen)) {
                    seen = read;
                    machines = Machines.parse(read);
                    log.info("event=tpm_machines_changed machines={}", machines.keys().size());
                }
                problem = "";
            } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
                // Whatever is in the file, the next one is read.
                if (!e.toString().equals(problem)) {
                    problem = e.toString();
                    log.warn("event=tpm_machines_unusable file={} reason=\"{}\"", file, problem);
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
