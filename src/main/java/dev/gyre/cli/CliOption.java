package dev.gyre.cli;

import java.util.List;

/**
 * An option {@code --name VALUE} of a command.
 *
 * @param name        of the field it sets; a dot leads into an object
 * @param description what it does, for the help
 * @param words       values to complete; empty where any may follow
 */
record CliOption(String name, Kind kind, String description, List<String> words) {

    /** How a value is read, and how it stands in the usage line. */
    enum Kind {

        TEXT("VALUE", "text"),
        NUMBER("N", "a whole number"),
        FRACTION("N", "a number such as 0.2"),
        WORD_OR_NUMBER("VALUE", "a word or a whole number"),
        LIST("A,B", "one or more values with commas between them"),
        FLAG("", "no value");

        private final String label;
        private final String expected;

        Kind(String label, String expected) {
            this.label = label;
            this.expected = expected;
        }

        String label() {
            return label;
        }

        String expected() {
            return expected;
        }
    }

    static CliOption of(String name, Kind kind, String description) {
        return new CliOption(name, kind, description, List.of());
    }

    /** {@code [--weight N]}. */
    String usage() {
        return "[--" + name + switch (kind) {
            case TEXT, WORD_OR_NUMBER -> " …]";
            case NUMBER, FRACTION -> " N]";
            case FLAG -> "]";
            case LIST -> " …]…";
        };
    }

    /** The value in the command's JSON. */
    Object read(String text) throws Misused {
        try {
            return switch (kind) {
                case NUMBER -> Integer.valueOf(text);
                case FRACTION -> fraction(text);
                case WORD_OR_NUMBER -> text.matches("-?\\d+") ? Integer.valueOf(text) : text;
                default -> text;
            };
        } catch (NumberFormatException e) {
            throw new Misused("--" + name + ": \"" + text + "\" (expected: " + kind.expected() + ")");
        }
    }

    private static Double fraction(String text) {
        double fraction = Double.parseDouble(text);
        if (Double.isNaN(fraction) || Double.isInfinite(fraction)) {
            throw new NumberFormatException(text);
        }
        return fraction;
    }
}
