package dev.gyre.quota;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a budget of connections is divided among nodes: first a small reserve for each, then demand, the
 * smallest first, so that a small demand is met before a large one (max-min fairness), then the rest evenly.
 */
final class MaxMinFairness {

    /** The part of an even share that is kept for a node whatever the others want. */
    private static final int RESERVED = 8;

    private MaxMinFairness() {
    }

    /** Shares by node; they add up to the budget. */
    static Map<String, Integer> of(int budget, Map<String, Integer> demands) {
        Map<String, Integer> shares = new TreeMap<>();
        if (demands.isEmpty()) {
            return shares;
        }
        int reserve = reserve(budget, demands.size());
        List<String> byDemand = new ArrayList<>(new TreeMap<>(demands).keySet());
        byDemand.sort(Comparator.comparing(demands::get));
        int left = budget;
        for (int i = 0; i < byDemand.size(); i++) {
            String node = byDemand.get(i);
            int wanted = Math.max(reserve, demands.get(node));
            int share = Math.min(wanted, left / (byDemand.size() - i));
            shares.put(node, share);
            left -= share;
        }
        int each = left / byDemand.size();
        int odd = left % byDemand.size();
        for (String node : List.copyOf(shares.keySet())) {
            shares.merge(node, each + (odd > 0 ? 1 : 0), Integer::sum);
            odd--;
        }
        return shares;
    }

    /**
     * What one node lends to each other node. The surpluses of the nodes that get less than their parts and
     * the gaps of those that get more are laid side by side, in the order of the ids; a node lends where its
     * surplus overlaps a gap.
     *
     * @param parts by node, what is its own
     * @param aims  by node, what it is to have; in all as much as the parts
     */
    static Map<String, Integer> lend(String giver, Map<String, Integer> parts, Map<String, Integer> aims) {
        int begin = 0;
        for (String before : new TreeMap<>(parts).headMap(giver).keySet()) {
            begin += Math.max(0, parts.get(before) - aims.get(before));
        }
        int end = begin + Math.max(0, parts.get(giver) - aims.get(giver));
        Map<String, Integer> gifts = new TreeMap<>();
        int at = 0;
        for (String taker : new TreeMap<>(parts).keySet()) {
            int next = at + Math.max(0, aims.get(taker) - parts.get(taker));
            int gift = Math.min(end, next) - Math.max(begin, at);
            if (gift > 0) {
                gifts.put(taker, gift);
            }
            at = next;
        }
        return gifts;
    }

    /** A burst finds this much at once. With one connection a node there is nothing to keep. */
    static int reserve(int budget, int nodes) {
        int even = budget / nodes;
        return even < 2 ? 0 : Math.max(1, even / RESERVED);
    }
}
