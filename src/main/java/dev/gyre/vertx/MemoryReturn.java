package dev.gyre.vertx;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back to the system what a flood has made this process take. A JVM keeps a heap that has grown until a
 * full collection, and what it keeps then depends on its flags; the C library keeps what was outside it.
 *
 * <p>HotSpot 17 to 25 keeps a heap that has grown until a full collection; Netty 4.2.18.Final leaves to the C
 * library what it frees. Delete when the collector that runs gives free memory back by itself.
 */
final class MemoryReturn {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.limits");
    /** Percent of the heap that may stay free; both can be changed in a running JVM. */
    private static final String MOST_FREE = "MaxHeapFreeRatio";
    private static final String LEAST_FREE = "MinHeapFreeRatio";
    /** The collectors with generations shrink them in steps. */
    private static final int COLLECTIONS = 3;

    private MemoryReturn() {
    }

    /** Takes as long as some full collections of a heap that is nearly empty; not to be called on a loop. */
    static void run() {
        HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        String most = jvm.getVMOption(MOST_FREE).getValue();
        String least = jvm.getVMOption(LEAST_FREE).getValue();
        try {
            // In this order, for the JVM refuses a least above the most.
            jvm.setVMOption(LEAST_FREE, "10");
            jvm.setVMOption(MOST_FREE, "20");
            for (int i = 0; i < COLLECTIONS; i++) {
                System.gc();
            }
            trim();
        } catch (IllegalArgumentException | JMException e) {
            LOG.info("memory not given back reason=\"{}\"", e.getMessage());
        } finally {
            jvm.setVMOption(MOST_FREE, most);
            jvm.setVMOption(LEAST_FREE, least);
        }
    }

    /** What {@code jcmd PID System.trim_native_heap} does, on JDK 18 and newer and a libc that can. */
    private static void trim() throws JMException {
        ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
        var server = ManagementFactory.getPlatformMBeanServer();
        for (var operation : server.getMBeanInfo(commands).getOperations()) {
            if (operation.getName().equals("systemTrimNativeHeap")) {
                server.invoke(commands, operation.getName(), new Object[0], new String[0]);
            }
        }
    }
}
