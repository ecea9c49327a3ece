package dev.gyre.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.NormalPath.Spelling;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A path must lead to its route however it is spelt. */
class BypassedRouteTest {

    @ParameterizedTest
    @ValueSource(strings = {"/admin/x", "//admin/x", "/admin//x", "///admin///x", "/%61dmin/x",
        "/%61%64%6D%69%6e/%78", "/admin;a=b/x", "/admin/x;a", "/;a/admin/x", "/admin/x?a=/../b",
        "/admin;/x", "/admin;a;b/x;c?d"})
    void aSpellingThatAllReadAlikeIsPlain(String target) {
        assertThat(NormalPath.of(target)).isEqualTo(new NormalPath("/admin/x", Spelling.PLAIN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/../admin/x", "/./admin/x", "/admin/./x", "/admin%2fx", "/admin%2Fx",
        "/admin%5cx", "/admin\\x", "\\admin\\x", "/a/%2e%2e/admin/x", "/a/.%2E/admin/x", "/../admin/x",
        "/../../admin/x", "/%2fadmin/x", "/a/b/../../admin/x", "/a/..;/admin/x", "/a/..;b=c/admin/x",
        "/admin/a/../x", "/a/..%2fadmin/x", "/admin/x/a/..%2f..%2fx", "/a%2f..%2fadmin%2fx", "/.;/admin/x",
        "/a/..//admin/x", "/admin;a%2fx"})
    void aSpellingThatNotAllReadAlikeLeadsToTheSameRoute(String target) {
        assertThat(NormalPath.of(target)).isEqualTo(new NormalPath("/admin/x", Spelling.AMBIGUOUS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%", "/%4", "/%4g", "/%%41", "/%00", "/a%0d%0ab", "/%7F", "/%c0%af", "/%c1%81",
        "/%e0%80%af", "/%f0%80%80%af", "/%f8%80%80%80%af", "/a;%00", "/%u0041"})
    void whatNobodyMeansIsBroken(String target) {
        assertThat(NormalPath.of(target).spelling()).isEqualTo(Spelling.BROKEN);
    }

    @ParameterizedTest
    @CsvSource({"/, /", "//, /", "/;a, /", "/.., /", "/a/.., /", "/a/., /a/", "/a/b/.., /a/", "/..a, /..a",
        "/..., /...",
        "/a%3fb, /a%3Fb", "/a%3Fb?c, /a%3Fb", "/%25, /%25", "/%2561, /%2561", "/a%3bb, /a;b", "/a%20b, /a b",
        "/%C3%A9, /\u00c3\u00a9", "/.well-known/x, /.well-known/x", "/a/b/../../../c, /c", "/a//../b, /b"})
    void theFormIsTheOneDocumented(String target, String text) {
        assertThat(NormalPath.of(target).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a/b.c/d-e_f~g", "/a?b//c/../%2f;\\", "/a/b/", "/a.b/c..d"})
    void theUsualPathIsItsOwnNormalForm(String target) {
        assertThat(NormalPath.isNormal(target)).isTrue();
        assertThat(NormalPath.of(target)).isEqualTo(new NormalPath(target.split("\\?")[0], Spelling.PLAIN));
    }
}
