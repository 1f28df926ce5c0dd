package io.revproc.proxy.store;

import java.io.IOException;
import java.nio.file.Path;

import io.revproc.proxy.etcd.Disk;
import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of what a proxy with a shared table keeps on its own disk. Whatever is wrong with it, the proxy runs. */
public final class SharedTableFile implements Disk {
    private static final Logger log = LoggerFactory.getLogger(SharedTableFile.class);

    private final CheckedFile file;

    public SharedTableFile(Path path) {
        this.file = new CheckedFile(path, "revproc-shared-1");
    }

    @Override
    public byte[] read() {
        try {
            CheckedFile.Content content = file.read();
            return content == null ? new byte[0] : content.body();
        } catch (CheckedFile.DamagedException e) {
            setAside(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            log.warn("event=snapshot_unreadable file={} reason={} servers=0", LogValue.of(file.path().toString()),
                    LogValue.of(e.toString()));
        }
        return new byte[0];
    }

    private void setAside(String why) {
        try {
            log.warn("event=snapshot_damaged file={} reason={} kept-as={} servers=0",
                    LogValue.of(file.path().toString()), LogValue.of(why),
                    LogValue.of(file.setAside().getFileName().toString()));
        } catch (IOException e) {
            log.warn("event=snapshot_damaged file={} reason={} servers=0", LogValue.of(file.path().toString()),
                    LogValue.of(why));
        }
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        file.write(bytes);
    }
}
