package dev.gyre.quota;

import dev.gyre.model.PoolUse;
import dev.gyre.quota.QuotaReport.Line;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One backend at one node: what of its limit is the node's own, lent and borrowed. Not thread-safe. */
final class QuotaLedger {

    /** A loan holds for so long from when the report was made that the lender had last heard of. */
    static final long LOAN_NANOS = Duration.ofSeconds(3).toNanos();

    private record Granted(long number, int amount, long madeNanos) {
    }

    private record Loan(int amount, long untilNanos) {
    }

    private final String self;
    private final String session;
    private final String backend;
    /** By borrower, what he may go by: all that was granted since the report that he has confirmed. */
    private final Map<String, Deque<Granted>> grants = new TreeMap<>();
    /** By lender. */
    private final Map<String, Loan> loans = new TreeMap<>();
    /** By lender, what the last report said, or more when a larger loan has come since. */
    private Map<String, Integer> held = new TreeMap<>();
    /** By borrower, what he is to have; the node keeps free of it, and grants it when it is free. */
    private Map<String, Integer> wishes = Map.of();
    private int demand;
    private int inForce;

    QuotaLedger(String self, String session, String backend) {
        this.self = self;
        this.session = session;
        this.backend = backend;
    }

    /** Connections this node may have open from now on. */
    int limit(QuotaView view, int maxConnections, int withheld, long now) {
        int own = view.part(self, maxConnections) - Math.max(lent(view, now), wished()) - withheld;
        inForce = Math.max(0, Math.min(maxConnections, own + borrowed(now)));
        return inForce;
    }

    private int wished() {
        return sum(wishes);
    }

    private int lent(QuotaView view, long now) {
        return grants.keySet().stream().mapToInt(borrower -> lent(borrower, view, now)).sum();
    }

    /** The most that the borrower may have open on what was lent to him. */
    private int lent(String borrower, QuotaView view, long now) {
        QuotaReport his = view.present().get(borrower);
        long confirmed = his == null ? 0 : his.heard().getOrDefault(session, 0L);
        int says = his == null ? 0 : his.line(backend).held().getOrDefault(self, 0);
        Deque<Granted> granted = grants.getOrDefault(borrower, new ArrayDeque<>());
        granted.removeIf(grant -> grant.number() <= confirmed
                || now - grant.madeNanos() > QuotaMembers.SILENT_NANOS);
        return granted.stream().mapToInt(Granted::amount).reduce(says, Math::max);
    }

    private int borrowed(long now) {
        loans.values().removeIf(loan -> now - loan.untilNanos() > 0);
        return loans.values().stream().mapToInt(Loan::amount).sum();
    }

    /** Goes by what a lender says now, and by nothing that he has said before. */
    void borrow(String lender, int amount, long untilNanos) {
        if (amount == 0) {
            loans.remove(lender);
        } else {
            loans.put(lender, new Loan(amount, untilNanos));
            // The slots may be in use at once, and the lender may end the loan before the next report.
            held.merge(lender, amount, Math::max);
        }
    }

    /** A borrower's report says what it holds, also from loans made before this node restarted. */
    void heldBy(String borrower) {
        grants.computeIfAbsent(borrower, id -> new ArrayDeque<>());
    }

    /** Decides how much of this node's part each node gets; all nodes decide alike from the same figures. */
    void plan(QuotaView view, int maxConnections) {
        Map<String, Integer> demands = new TreeMap<>(Map.of(self, demand));
        view.active().forEach(id ->
                demands.put(id, view.present().get(id).line(backend).demand()));
        Map<String, Integer> parts = new TreeMap<>();
        demands.keySet().forEach(id -> parts.put(id, view.part(id, maxConnections)));
        Map<String, Integer> aims = MaxMinFairness.of(sum(parts), demands);
        wishes = MaxMinFairness.lend(self, parts, aims);
    }

    /** The line of the report with this number; what it lends counts as lent from here on. */
    Line line(long number, PoolUse use, QuotaView view, int withheld, long now) {
        // Rises at once and falls slowly, or every pause between two requests would move slots about.
        demand = Math.max(use.demand(), demand - (demand + 3) / 4);
        plan(view, use.maxConnections());
        int own = view.part(self, use.maxConnections()) - lent(view, now);
        int mostOpen = Math.max(use.open(), Math.max(use.limit(), inForce));
        int beyond = hold(mostOpen - own, now);
        int free = own - withheld - Math.max(0, mostOpen - sum(held));
        return new Line(demand, beyond, grant(number, free, view, now), held);
    }

    /**
     * Counts connections beyond this node's own part as held from their lenders, as the lenders do: from each
     * no more than it lends, or than was held from it so far and has not come free since.
     *
     * @return what is open beyond that
     */
    private int hold(int foreign, long now) {
        int excess = Math.max(0, foreign - borrowed(now));
        Map<String, Integer> holds = new TreeMap<>();
        Set<String> lenders = new TreeSet<>(held.keySet());
        lenders.addAll(loans.keySet());
        for (String lender : lenders) {
            int loan = loans.containsKey(lender) ? loans.get(lender).amount() : 0;
            int more = Math.min(excess, Math.max(0, held.getOrDefault(lender, 0) - loan));
            excess -= more;
            if (loan + more > 0) {
                holds.put(lender, loan + more);
            }
        }
        held = holds;
        return excess;
    }

    /** Lends more only of what is neither open here nor may be opened. */
    private Map<String, Integer> grant(long number, int free, QuotaView view, long now) {
        Map<String, Integer> lines = new HashMap<>();
        Set<String> borrowers = new TreeSet<>(grants.keySet());
        borrowers.addAll(wishes.keySet());
        int left = Math.max(0, free);
        for (String borrower : borrowers) {
            int before = lent(borrower, view, now);
            int wish = wishes.getOrDefault(borrower, 0);
            int amount = Math.min(wish, before + left);
            left -= Math.max(0, amount - before);
            if (amount > 0) {
                grants.computeIfAbsent(borrower, id -> new ArrayDeque<>())
                        .addLast(new Granted(number, amount, now));
                lines.put(borrower, amount);
            } else if (before == 0) {
                grants.remove(borrower);
            }
        }
        return lines;
    }

    /** The pool is gone, and with it whatever this node held. */
    void abandon() {
        demand = 0;
        inForce = 0;
        loans.clear();
        held = new TreeMap<>();
        wishes = Map.of();
    }

    boolean isOver(QuotaView view, long now) {
        return lent(view, now) == 0;
    }

    private static int sum(Map<String, Integer> amounts) {
        return amounts.values().stream().mapToInt(Integer::intValue).sum();
    }
}
