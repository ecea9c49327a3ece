package dev.gyre.upstream;

/** What a test may know of the pools of a data path. */
public final class PoolAccess {

    private PoolAccess() {
    }

    /** @param index of the backend within its service */
    public static BackendPool pool(View view, String service, int index) {
        return view.services().get(service).members().get(index).pool();
    }

    /** The connections to a backend that are open or being opened. */
    public static int slots(BackendPool pool) {
        return pool.slots().taken();
    }
}
