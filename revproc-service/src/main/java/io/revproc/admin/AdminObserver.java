package io.revproc.admin;

/** Told of every change that somebody made over HTTP, after it was made. Called on the request's thread, which may block. */
@FunctionalInterface
public interface AdminObserver {
    void changed(AdminChange change);
}
