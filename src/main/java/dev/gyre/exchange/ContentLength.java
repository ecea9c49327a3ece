package dev.gyre.exchange;

/** Reads Content-Length (RFC 9110, section 8.6): plain digits only. */
final class ContentLength {

    static final long INVALID = -1;

    private ContentLength() {
    }

    /** 0..Long.MAX_VALUE, or {@link #INVALID}. */
    static long parse(CharSequence text) {
        int digits = text.length();
        if (digits == 0 || digits > 19) {
            return INVALID;
        }
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return INVALID;
            }
            value = value * 10 + digit;
        }
        // Nineteen digits can pass Long.MAX_VALUE, but not wrap round to a positive number.
        return value < 0 ? INVALID : value;
    }
}
