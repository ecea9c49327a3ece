/**
 * The doors through which a node is told and asked. A command's walk:
 * <ol>
 * <li>a door takes it: {@code AdminServer} over HTTP, where {@code AdminConnections} bounds connections and
 * {@code Guard} checks the token, or {@code AdminBus} on the event bus;</li>
 * <li>{@code CommandText} decodes it strictly, each key once;</li>
 * <li>{@code CommandHandler} moves to a thread of {@code CommandThreads}, so that the port's event loop
 * stays free, checks the role of the {@code Caller} and finds the action;</li>
 * <li>{@code CommandFields} reads its fields and collects every mistake, before anything happens;</li>
 * <li>the action runs: {@code Changes}, {@code Announcements} and {@code HistoryCommands} give the
 * {@link dev.gyre.registry.Registry} a {@link dev.gyre.registry.Command}, which answers when it is durable;
 * {@code Listings} and {@code ClusterListings} only read;</li>
 * <li>{@code Audit} writes one line: who did what and how it ended;</li>
 * <li>the door answers with the reply as JSON, or a {@link dev.gyre.registry.CommandRefused} and its
 * status.</li>
 * </ol>
 * {@code DrainWait} lets an answer wait until no request is in flight. {@code Metrics} writes what
 * {@code Observed} and {@code Nodes} tell for Prometheus; the composition root implements these two.
 */
package dev.gyre.api;
