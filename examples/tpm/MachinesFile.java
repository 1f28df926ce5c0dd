package tpm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machines that lie in a file, and change there within a second: a thread of its own reads it. A file that can't be used changes nothing,
 * and the log says why. Write a new file and rename it, so that nobody reads half of one.
 */
final class MachinesFile {
    private static final Logger log = LoggerFactory.getLogger(MachinesFile.class);

    private final Path file;
    private volatile Machines machines;
    private String seen;

    /** @throws IOException if the file can't be used: the proxy does not start then */
    MachinesFile(Path file) throws IOException {
        this.file = file;
        seen = Files.readString(file);
        machines = Machines.parse(seen);
        Thread.ofPlatform().daemon().name("tpm-machines").start(this::watch);
    }

    Machines get() {
        return machines;
    }

    private void watch() {
        String problem = "";
        while (true) {
            try {
                Thread.sleep(1000);
                String read = Files.readString(file);
                if (!read.equals(seen)) {
                    seen = read;
                    machines = Machines.parse(read);
                    log.info("event=tpm_machines_changed machines={}", machines.keys().size());
                }
                problem = "";
            } catch (IOException e) {
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
