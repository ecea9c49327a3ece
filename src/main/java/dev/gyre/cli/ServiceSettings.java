package dev.gyre.cli;

import dev.gyre.cli.CliOption.Kind;
import dev.gyre.config.Form;
import dev.gyre.config.Setting;
import dev.gyre.config.SettingsTable;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings of a service as options of {@code service put}, named by their path
 * ({@code --pool.maxConnections}). One that may be a word or an object is an option, and so are its keys.
 */
final class ServiceSettings {

    private ServiceSettings() {
    }

    static List<CliOption> options() {
        List<CliOption> options = new ArrayList<>();
        options.add(CliOption.of("backends", Kind.LIST, "URLs of backends to add."));
        SettingsTable.policy().visit((path, setting) -> {
            if (!(setting.form() instanceof Form.Group)) {
                options.add(new CliOption(path, kind(setting.form()), description(setting),
                        words(setting.form())));
            }
        });
        return List.copyOf(options);
    }

    private static Kind kind(Form form) {
        if (form instanceof Form.Either either) {
            return either.forms().stream().anyMatch(Form.Whole.class::isInstance) ? Kind.WORD_OR_NUMBER
                    : Kind.TEXT;
        }
        return form instanceof Form.Whole ? Kind.NUMBER
                : form instanceof Form.Fraction ? Kind.FRACTION
                : form instanceof Form.Items ? Kind.LIST : Kind.TEXT;
    }

    private static String description(Setting setting) {
        Form form = setting.form();
        String range = form instanceof Form.Whole || form instanceof Form.Fraction ? form.expected()
                : form.range();
        String fallback = setting.fallback().filter(value -> value instanceof String
                || value instanceof Number).map(Object::toString).orElse(setting.absent());
        return setting.description() + (range.isEmpty() ? "" : " " + range + ".")
                + (fallback.isEmpty() || setting.required() ? "" : " Default: " + fallback + ".");
    }

    private static List<String> words(Form form) {
        List<String> words = new ArrayList<>();
        if (form instanceof Form.Words known) {
            words.addAll(known.words());
        } else if (form instanceof Form.Either either) {
            either.forms().forEach(one -> words.addAll(words(one)));
        } else if (form instanceof Form.Items items) {
            words.addAll(words(items.item()));
        }
        return words;
    }
}
