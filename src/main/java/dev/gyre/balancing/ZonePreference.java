package dev.gyre.balancing;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps requests in their own zone as far as that can bear them.
 *
 * <p>Clients are taken to be spread evenly over the zones, so that with capacity C in all and Z zones each is
 * to bear C/Z. A zone that has as much keeps all its requests. One that has only c &lt; C/Z keeps the part
 * c/(C/Z) of them; the rest spills over to the other zones, to each in proportion to what it has beyond C/Z.
 */
public final class ZonePreference {

    private static final double ROUNDING = 1 - 1e-9;

    private ZonePreference() {
    }

    /**
     * The share of each element in the requests of one zone.
     *
     * @param capacity of the elements that can take requests, each more than 0
     * @param zones    of these, at the same index
     * @param own      the zone whose requests are to be shared
     * @param count    all zones there are, those included whose elements are all out
     */
    public static double[] shares(double[] capacity, List<String> zones, String own, int count) {
        Map<String, Double> byZone = new TreeMap<>();
        for (int i = 0; i < capacity.length; i++) {
            byZone.merge(zones.get(i), capacity[i], Double::sum);
        }
        double fair = Arrays.stream(capacity).sum() / count;
        double local = byZone.getOrDefault(own, 0.0);
        double kept = local >= fair * ROUNDING ? 1 : local / fair;
        double surplus = byZone.values().stream().mapToDouble(all -> Math.max(0, all - fair)).sum();
        double[] shares = new double[capacity.length];
        for (int i = 0; i < capacity.length; i++) {
            double zone = byZone.get(zones.get(i));
            double ofZone = zones.get(i).equals(own) ? kept
                    : kept == 1 ? 0 : (1 - kept) * Math.max(0, zone - fair) / surplus;
            shares[i] = ofZone * capacity[i] / zone;
        }
        return shares;
    }
}
