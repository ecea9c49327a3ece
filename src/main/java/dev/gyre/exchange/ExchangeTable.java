package dev.gyre.exchange;

import static dev.gyre.exchange.ExchangeEvent.ANSWERED_EARLY;
import static dev.gyre.exchange.ExchangeEvent.ANSWER_BEGAN;
import static dev.gyre.exchange.ExchangeEvent.ATTEMPT_ENDED;
import static dev.gyre.exchange.ExchangeEvent.BACKEND_READ;
import static dev.gyre.exchange.ExchangeEvent.CLIENT_LEFT;
import static dev.gyre.exchange.ExchangeEvent.COMPLETED;
import static dev.gyre.exchange.ExchangeEvent.CONTINUE_RECEIVED;
import static dev.gyre.exchange.ExchangeEvent.CUT_OFF;
import static dev.gyre.exchange.ExchangeEvent.FAILED;
import static dev.gyre.exchange.ExchangeEvent.HEAD_WRITTEN;
import static dev.gyre.exchange.ExchangeEvent.HEDGE_ALONE;
import static dev.gyre.exchange.ExchangeEvent.REQUEST_RECEIVED;
import static dev.gyre.exchange.ExchangeEvent.REQUEST_SENT;
import static dev.gyre.exchange.ExchangeEvent.STALLED;
import static dev.gyre.exchange.ExchangeEvent.SWITCHED;
import static dev.gyre.exchange.ExchangeEvent.TUNNEL_ENDED;
import static dev.gyre.exchange.ExchangeState.ANSWERING;
import static dev.gyre.exchange.ExchangeState.AWAITING;
import static dev.gyre.exchange.ExchangeState.DONE;
import static dev.gyre.exchange.ExchangeState.LINGERING;
import static dev.gyre.exchange.ExchangeState.SELECTING;
import static dev.gyre.exchange.ExchangeState.SENDING;
import static dev.gyre.exchange.ExchangeState.TUNNELLING;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * All transitions of an {@link Exchange}: state × event → next state and action. An exchange changes its
 * state by this table and in no other way. A pair that is not in it is ignored on purpose: the event comes
 * too late, or concerns an attempt that is not the current one.
 */
final class ExchangeTable {

    /** What follows from an event once the next state has been entered. */
    enum Action {
        NOTHING("–"),
        IGNORE("ignored"),
        RESTART_TIME("begin the time limit again"),
        PLAN_HEDGE("see whether a hedge is to follow"),
        ANNOUNCE_LAST("say in the head whether the connection ends"),
        FLUSH_HEAD("send the head if no body came with it"),
        JUDGE_SENDING("client's turn: 408; else end this attempt"),
        JUDGE_WAITING("end this attempt if its time is up or its backend is ejected"),
        JUDGE_ANSWERING("client's turn: client-timeout; else response-idle-timeout"),
        END_ATTEMPTS("end all attempts; answer, break off or leave"),
        DISCARD_REQUEST("read and discard the rest of the request"),
        CLOSE_IF_LAST("close the connection if nothing may follow"),
        CLOSE("close the connection");

        private final String words;

        Action(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /** @param next the same state without {@code enters}: it goes on, and so does its time */
    record Transition(ExchangeState next, boolean enters, Action action) {

        boolean ignored() {
            return action == Action.IGNORE;
        }

        @Override
        public String toString() {
            return ignored() ? action.toString() : (enters ? "→ " + next : "stays") + ": " + action;
        }
    }

    private static final EnumSet<ExchangeState> UNANSWERED = EnumSet.of(SELECTING, SENDING, AWAITING);
    private static final EnumSet<ExchangeState> OPEN = EnumSet.of(SELECTING, SENDING, AWAITING, ANSWERING);
    /** An answer is out to its last byte: one of HTTP, or the switch to another protocol. */
    private static final EnumSet<ExchangeState> OVER = EnumSet.complementOf(OPEN);

    private static final Transition[][] TABLE =
            new Transition[ExchangeState.values().length][ExchangeEvent.values().length];

    static {
        // Only an attempt that is being made writes a head; a hedge's changes nothing.
        to(SENDING, EnumSet.of(SELECTING), HEAD_WRITTEN, Action.NOTHING);
        ignore(EnumSet.complementOf(EnumSet.of(SELECTING)), HEAD_WRITTEN);
        // An early answer is passed on while the request still goes out.
        to(AWAITING, EnumSet.of(SENDING), REQUEST_SENT, Action.PLAN_HEDGE);
        ignore(EnumSet.complementOf(EnumSet.of(SENDING)), REQUEST_SENT);
        // It concerns the body only, and no other state waits for the body.
        stay(EnumSet.of(SENDING), CONTINUE_RECEIVED, Action.RESTART_TIME);
        ignore(EnumSet.complementOf(EnumSet.of(SENDING)), CONTINUE_RECEIVED);
        // Once an answer has been chosen, attempts end without a successor.
        to(SELECTING, UNANSWERED, ATTEMPT_ENDED, Action.NOTHING);
        ignore(EnumSet.complementOf(UNANSWERED), ATTEMPT_ENDED);
        to(AWAITING, UNANSWERED, HEDGE_ALONE, Action.NOTHING);
        ignore(EnumSet.complementOf(UNANSWERED), HEDGE_ALONE);
        // The client gets one answer.
        to(ANSWERING, UNANSWERED, ANSWER_BEGAN, Action.ANNOUNCE_LAST);
        ignore(EnumSet.complementOf(UNANSWERED), ANSWER_BEGAN);
        stay(EnumSet.of(ANSWERING), BACKEND_READ, Action.FLUSH_HEAD);
        ignore(EnumSet.complementOf(EnumSet.of(ANSWERING)), BACKEND_READ);
        // A backend may switch only when it has the whole request.
        to(TUNNELLING, EnumSet.of(AWAITING), SWITCHED, Action.NOTHING);
        ignore(EnumSet.complementOf(EnumSet.of(AWAITING)), SWITCHED);
        to(DONE, EnumSet.of(TUNNELLING), TUNNEL_ENDED, Action.NOTHING);
        ignore(EnumSet.complementOf(EnumSet.of(TUNNELLING)), TUNNEL_ENDED);
        // The wait for a connection has limits of its own, in the pool.
        stay(EnumSet.of(SENDING), STALLED, Action.JUDGE_SENDING);
        stay(EnumSet.of(AWAITING), STALLED, Action.JUDGE_WAITING);
        stay(EnumSet.of(ANSWERING), STALLED, Action.JUDGE_ANSWERING);
        to(DONE, EnumSet.of(LINGERING), STALLED, Action.CLOSE);
        // A tunnel has time limits of its own.
        ignore(EnumSet.of(SELECTING, TUNNELLING, DONE), STALLED);
        // The client has its answer.
        stay(OPEN, FAILED, Action.END_ATTEMPTS);
        ignore(OVER, FAILED);
        to(LINGERING, OPEN, ANSWERED_EARLY, Action.DISCARD_REQUEST);
        ignore(OVER, ANSWERED_EARLY);
        to(DONE, OPEN, COMPLETED, Action.CLOSE_IF_LAST);
        ignore(OVER, COMPLETED);
        to(DONE, OPEN, CUT_OFF, Action.NOTHING);
        ignore(OVER, CUT_OFF);
        // Until the answer is out, the end of the request is looked for by REQUEST_SENT.
        to(DONE, EnumSet.of(LINGERING), REQUEST_RECEIVED, Action.CLOSE_IF_LAST);
        ignore(EnumSet.complementOf(EnumSet.of(LINGERING)), REQUEST_RECEIVED);
        // Before the answer is out, that is a failure.
        to(DONE, EnumSet.of(LINGERING), CLIENT_LEFT, Action.NOTHING);
        ignore(EnumSet.complementOf(EnumSet.of(LINGERING)), CLIENT_LEFT);
    }

    private ExchangeTable() {
    }

    private static void to(ExchangeState next, Set<ExchangeState> from, ExchangeEvent event, Action action) {
        from.forEach(state -> put(state, event, new Transition(next, true, action)));
    }

    private static void stay(Set<ExchangeState> in, ExchangeEvent event, Action action) {
        in.forEach(state -> put(state, event, new Transition(state, false, action)));
    }

    private static void ignore(Set<ExchangeState> in, ExchangeEvent event) {
        stay(in, event, Action.IGNORE);
    }

    private static void put(ExchangeState state, ExchangeEvent event, Transition transition) {
        if (TABLE[state.ordinal()][event.ordinal()] != null) {
            throw new IllegalStateException(state + " and " + event + " stand in the table twice");
        }
        TABLE[state.ordinal()][event.ordinal()] = transition;
    }

    static Transition of(ExchangeState state, ExchangeEvent event) {
        return TABLE[state.ordinal()][event.ordinal()];
    }

    /** As a table for people: one line an event and what it leads to, with the states in which it does. */
    static String print() {
        StringBuilder text = new StringBuilder("| event | in state | leads to |\n|---|---|---|\n");
        for (ExchangeEvent event : ExchangeEvent.values()) {
            Map<String, StringBuilder> statesByResult = new LinkedHashMap<>();
            for (ExchangeState state : ExchangeState.values()) {
                Transition transition = of(state, event);
                StringBuilder states =
                        statesByResult.computeIfAbsent(transition.toString(), result -> new StringBuilder());
                states.append(states.isEmpty() ? "" : ", ").append(state);
            }
            statesByResult.forEach((result, states) -> text.append("| ").append(event).append(" | ")
                    .append(states).append(" | ").append(result).append(" |\n"));
        }
        return text.toString();
    }
}
