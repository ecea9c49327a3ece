package dev.gyre.config;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as they are written: a whole number and {@code B}, {@code KB}, {@code MB} or {@code GB}. */
public final class Sizes {

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
}
