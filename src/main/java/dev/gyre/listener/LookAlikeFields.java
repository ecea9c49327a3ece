package dev.gyre.listener;

import dev.gyre.gate.Claim;
import dev.gyre.gate.Rule;
import dev.gyre.model.LookAlikes;

/**
 * What becomes of the fields of one client's requests that backends may take for others.
 *
 * @param policy   for all but Proxy, which is left out whatever it says
 * @param refusals counts what is left out
 * @param address  of the client
 */
record LookAlikeFields(LookAlikes policy, RefusalCounters refusals, String address) implements Claim.Judge {

    @Override
    public boolean passes(Claim claim, CharSequence name) {
        if (claim == Claim.LOOK_ALIKE && policy == LookAlikes.PASS) {
            return true;
        }
        if (claim == Claim.LOOK_ALIKE && policy == LookAlikes.REJECT) {
            throw Rule.LOOK_ALIKE.refused();
        }
        refusals.dropped(claim, name, address);
        return false;
    }
}
