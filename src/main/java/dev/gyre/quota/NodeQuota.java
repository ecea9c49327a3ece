package dev.gyre.quota;

import dev.gyre.model.BackendId;
import dev.gyre.model.PoolUse;
import dev.gyre.model.Shares;
import dev.gyre.quota.QuotaReport.Line;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * This node's share of the limits that hold for all nodes together: its even part, less what it lends, and
 * what it has borrowed. Thread-safe.
 */
public final class NodeQuota implements Shares {

    /*
     * Why the sum never exceeds a limit. The even parts add up to the limit at most (QuotaView), and each
     * connection slot in one is at any time either used by its owner or lent to one other node.
     *
     * Lending: the owner first lowers its own limit, and grants only slots that are then neither open nor
     * may be opened (QuotaLedger.grant). From then on it counts them as the borrower's until the borrower
     * has acted on a later report that grants fewer and says how many it still holds; requests under way are
     * among these, also those on a loan that came and ended between two of the borrower's reports. So a loan
     * ends when its slots are free, and lost, late, doubled or overtaken messages only make it end later.
     *
     * Silence: a borrower uses a loan for 3 s from when he made the report that the lender echoes with it,
     * which is before it was granted. The lender takes it back when he has heard nothing of the borrower for
     * 6 s and granted nothing either. What may exceed the limit then are requests that have lasted for more
     * than 2 s after the loan, at a borrower that is cut off and not dead.
     *
     * Members: a node that was not expected makes everybody's part smaller. It has nothing until all members
     * have said that they count it (welcomed), which they say with what they have open beyond their parts
     * from then on; until that is free, it uses so much less of its own. Of two that come at once, the one
     * that became a member later waits for the other as well. The same reports tell a node that comes back
     * what others still hold of it; where none come, that is over after 6 s.
     */

    /** What a report has led to. */
    enum News {
        /** It had been overtaken, or was heard before. */
        OLD,
        NONE,
        /** This node may now use more or less. */
        LIMITS
    }

    private final String self;
    private final String session;
    private final LongSupplier nanos;
    private final QuotaMembers members;
    private final long begunNanos;
    private final Map<String, QuotaLedger> ledgers = new HashMap<>();
    private final Map<String, Integer> limits = new HashMap<>();
    /** Numbers of this node's late reports, and when they were made. */
    private final TreeMap<Long, Long> made = new TreeMap<>();
    private long number;
    private QuotaView view;
    private boolean settled;
    private boolean newcomer = true;

    /**
     * @param self     its id, the same after a restart
     * @param session  of this run of its process
     * @param expected nodes of the cluster by config, this one included
     */
    public NodeQuota(String self, String session, int expected, LongSupplier nanos) {
        this.self = self;
        this.session = session;
        this.nanos = nanos;
        this.members = new QuotaMembers(self, expected);
        this.begunNanos = nanos.getAsLong();
        this.view = members.view(begunNanos);
    }

    @Override
    public synchronized int of(BackendId backend, int maxConnections) {
        String name = backend.toString();
        limits.put(name, maxConnections);
        return ledger(name).limit(view, maxConnections, withheld(name, maxConnections), nanos.getAsLong());
    }

    private QuotaLedger ledger(String backend) {
        return ledgers.computeIfAbsent(backend, name -> new QuotaLedger(self, session, name));
    }

    /** What this node leaves of its own to the others until they have adapted to its coming. */
    private int withheld(String backend, int maxConnections) {
        return !settled ? maxConnections : newcomer ? view.beyond(backend) : 0;
    }

    /** All the others that are there, so many at least, know that this node is there. */
    synchronized boolean welcomed(int others) {
        return view.present().size() >= others && view.counts(self);
    }

    /** From now on this node uses what is its own. */
    synchronized void settle() {
        settled = true;
    }

    boolean isOwn(QuotaReport report) {
        return report.node().equals(self);
    }

    /** Its sender has not heard this node yet. */
    boolean isUnknownTo(QuotaReport report) {
        return !report.leaving() && !report.members().contains(self);
    }

    /** Acts by another node's report. */
    synchronized News heard(QuotaReport report) {
        long now = nanos.getAsLong();
        Set<String> backends = new HashSet<>(report.lines().keySet());
        members.last(report.node()).ifPresent(last -> backends.addAll(last.lines().keySet()));
        if (!members.heard(report, now)) {
            return News.OLD;
        }
        QuotaView before = view;
        view = members.view(now);
        Long until = made.get(report.heard().getOrDefault(session, 0L));
        backends.forEach(backend -> {
            Line line = report.line(backend);
            int lent = until == null ? 0 : line.lent().getOrDefault(self, 0);
            QuotaLedger ledger = ledger(backend);
            ledger.borrow(report.node(), lent, until == null ? now : until + QuotaLedger.LOAN_NANOS);
            if (line.held().containsKey(self)) {
                ledger.heldBy(report.node());
            }
            if (limits.containsKey(backend)) {
                ledger.plan(view, limits.get(backend));
            }
        });
        boolean others = view.nodes() != before.nodes() || !view.known().equals(before.known());
        return others || !backends.isEmpty() ? News.LIMITS : News.NONE;
    }

    /** Lets time pass: those too long silent count no more. */
    synchronized void refresh() {
        long now = nanos.getAsLong();
        view = members.view(now);
        settled = settled || isOld(now);
    }

    /** Whatever others held of this node's former life is free by now. */
    private boolean isOld(long now) {
        return now - begunNanos > QuotaMembers.SILENT_NANOS;
    }

    /**
     * The report to send now; due twice a second, and when a node is there that does not know of this one.
     *
     * @param uses of all backends with a limit for all nodes, read after the latest limits are in force
     */
    synchronized QuotaReport report(Map<BackendId, PoolUse> uses) {
        long now = nanos.getAsLong();
        newcomer = newcomer && !(isOld(now) && view.nobodyBeyond());
        number++;
        Map<String, Line> lines = new HashMap<>();
        Set<String> used = new HashSet<>();
        uses.forEach((backend, use) -> {
            String name = backend.toString();
            used.add(name);
            Line line = ledger(name).line(number, use, view,
                    withheld(name, use.maxConnections()), now);
            if (!line.equals(Line.QUIET)) {
                lines.put(name, line);
            }
        });
        ledgers.forEach((backend, ledger) -> {
            if (!used.contains(backend)) {
                ledger.abandon();
            }
        });
        ledgers.entrySet().removeIf(ledger -> !used.contains(ledger.getKey())
                && ledger.getValue().isOver(view, now));
        limits.keySet().retainAll(used);
        made.put(number, now);
        made.values().removeIf(at -> now - at > QuotaLedger.LOAN_NANOS);
        return report(false, lines);
    }

    /** The last report, when nothing of this node's is open any more. */
    synchronized QuotaReport farewell() {
        number++;
        return report(true, Map.of());
    }

    private QuotaReport report(boolean leaving, Map<String, Line> lines) {
        Map<String, Long> heard = new HashMap<>();
        view.present().values().forEach(report -> heard.put(report.session(), report.number()));
        return new QuotaReport(self, session, number, leaving, members.expected(), members.heardOf(), heard,
                lines);
    }
}
