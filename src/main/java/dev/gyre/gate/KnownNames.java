package dev.gyre.gate;

import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * Field names that came lately, so that the few that come again and again are neither checked nor copied nor
 * hashed each time. Names differ by their bytes, so also by upper and lower case. The table has a fixed
 * number of slots: a client that makes up names evicts others, which costs one copy of each.
 * For one event loop.
 */
public final class KnownNames {

    private static final int SLOTS = 256;
    /** Longer ones are rare, and would only take up memory. */
    private static final int LONGEST = 48;

    private final AsciiString[] slots = new AsciiString[SLOTS];
    /** The latest that makes a claim; such a one gets no slot, so that it is looked at each time. */
    private AsciiString claimant = AsciiString.EMPTY_STRING;
    private Claim claim = Claim.LOOK_ALIKE;

    /**
     * The name that stands there in the line.
     *
     * @throws Refused when it is none
     */
    AsciiString take(byte[] line, int start, int length) {
        int slot = slot(line, start, length);
        AsciiString known = slots[slot];
        if (known != null && Arrays.equals(known.array(), 0, known.length(), line, start, start + length)) {
            return known;
        }
        if (!FieldNames.isToken(line, start, length)) {
            throw Rule.FIELD_NAME.refused();
        }
        AsciiString name = new AsciiString(line, start, length, true);
        if (ReservedNames.proxy(name)) {
            claims(name, Claim.PROXY);
        } else if (ReservedNames.imitation(name)) {
            claims(name, Claim.LOOK_ALIKE);
        } else if (length <= LONGEST) {
            slots[slot] = name;
        }
        return name;
    }

    private void claims(AsciiString name, Claim what) {
        claimant = name;
        claim = what;
    }

    /** Whether {@link #take} has just given this out as one that makes a {@link Claim}. */
    boolean claims(AsciiString name) {
        return name == claimant;
    }

    /** Which one, where it does. */
    Claim claim() {
        return claim;
    }

    private static int slot(byte[] line, int start, int length) {
        if (length == 0) {
            return 0;
        }
        int mixed = (line[start] * 31 + line[start + length / 2]) * 31 + line[start + length - 1];
        return (mixed * 31 + length) & SLOTS - 1;
    }
}
