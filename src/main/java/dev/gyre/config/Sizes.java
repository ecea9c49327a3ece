package dev.gyre.config;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as they are written: a whole number and {@code B}, {@code KB}, {@code MB} or {@code GB}. */
public final class Sizes {

    static final String EXAMPLES = "a size such as \"512B\", \"64KB\" or \"1MB\"";

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(B|KB|MB|GB)");

    private Sizes() { }

    /** In bytes; a KB has 1024. */
    public static OptionalLong parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return OptionalLong.empty();
        }
        int shift = switch (form.group(2)) {
            case "GB" -> 30;
            case "MB" -> 20;
            case "KB" -> 10;
            default -> 0;
        };
        return OptionalLong.of(Long.parseLong(form.group(1)) << shift);
    }

    /** The shortest text that {@link #parse} reads back, e.g. {@code 64KB}. */
    public static String text(long bytes) {
        String[] units = {"B", "KB", "MB", "GB"};
        int unit = 0;
        long count = bytes;
        while (unit < units.length - 1 && count > 0 && count % 1024 == 0) {
            count /= 1024;
            unit++;
        }
        return count + units[unit];
    }
}
