package dev.gyre.upstream;

import dev.gyre.model.Failure;

/**
 * The request behind a lease. It is called on its own event loop, possibly before {@code acquire} returns.
 */
public interface LeaseHolder {

    /**
     * The lease now has a connection.
     *
     * @param reused it has carried a request before, so the backend may have closed it unseen
     */
    void connected(boolean reused);

    /** The request that the holder has asked for has begun. */
    void opened(BackendStream stream);

    /** It has not, for the connection is lost. */
    void notOpened(Throwable cause);

    /** No connection can be had; the lease is still to be ended by its holder. */
    void refused(Failure failure, String details);

    /** The backend left the rotation while the request waited; it is to choose another. */
    void moved();

    /** The event loop has read all that had arrived from the backend: a good moment to flush. */
    void readComplete();
}
