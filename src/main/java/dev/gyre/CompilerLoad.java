package dev.gyre;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;

/**
 * What the JVM's compilers have done so far.
 *
 * @param millis CPU time of their threads; outside Linux the time of the compilations that have ended
 * @param atWork one of their threads runs or waits for a core
 */
record CompilerLoad(long millis, boolean atWork) {

    /** As the kernel cuts them. HotSpot's further ones are started by these, and inherit their priority. */
    private static final Set<String> NAMES = Set.of("C1 CompilerThre", "C2 CompilerThre");

    static CompilerLoad now() {
        List<KernelThread> all = KernelThread.all();
        return all.isEmpty() ? new CompilerLoad(ended(), false) : of(all);
    }

    /**
     * Compilers that cannot be seen, for example because no file can be opened at the moment, count as at
     * work.
     *
     * @param all threads of this process
     */
    static CompilerLoad of(List<KernelThread> all) {
        List<KernelThread> compilers = threads(all);
        if (compilers.isEmpty()) {
            return new CompilerLoad(0, true);
        }
        return new CompilerLoad(compilers.stream().mapToLong(KernelThread::cpuMillis).sum(),
                compilers.stream().anyMatch(KernelThread::runnable));
    }

    static List<KernelThread> threads(List<KernelThread> all) {
        return all.stream().filter(thread -> NAMES.contains(thread.name())).toList();
    }

    private static long ended() {
        CompilationMXBean compilation = ManagementFactory.getCompilationMXBean();
        return compilation == null ? 0 : compilation.getTotalCompilationTime();
    }
}
