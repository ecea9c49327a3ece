package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A secret stays out of every message, wherever it was put by mistake. */
class SecretLeakTest {

    @ParameterizedTest
    @ValueSource(strings = {
        "'admin':{'token':'hunter2 x'}", "'admin':{'token':['hunter2']}", "'admin':{'token':{'a':'hunter2'}}",
        "'admin':{'tokn':'hunter2'}", "'admin':'hunter2'", "'token':'hunter2'",
        "'cluster':{'secret':'hunter2\\n'}", "'cluster':{'secret':['hunter2']}", "'cluster':'hunter2'",
        "'cluster':{'port':'${SECRET}'}", "'grace':'${SECRET}'", "'grace':'${file:/s}'",
        "'instances':'${SECRET}'", "'routes':[{'service':'${SECRET}'}]",
        "'admin':{'host':'${SECRET}'}", "'admin':{'host':'-${SECRET}'}",
        "'stores':[{'type':'${SECRET}'}]", "'stores':[{'type':'http','config':{'headers':'hunter2'}}]"
    })
    void isNotInTheMessage(String rest) {
        Checked<Settings> checked = Read.config(Read.json("{'services':{'web':{}}," + rest + "}"),
                Map.of("SECRET", "hunter2"), Map.of("/s", "hunter2"));
        assertThat(Read.lines(checked)).isNotEmpty().allMatch(line -> !line.contains("hunter2"));
    }

    @Test
    void inABackendsUrlIsCutOut() {
        assertThat(Read.mistakes("{'services':{'web':{'backends':['http://me:hunter2@a:80']}}}"))
                .containsExactly("services.web.backends[0]: \"http://…@a:80\""
                        + " (expected: http://host:port, https://host:port or unix:/path,"
                        + " without path or query)");
    }

    @Test
    void isNotInTheTextOfSettings() {
        assertThat(Read.settings("{'services':{'web':{}},'admin':{'token':'hunter2'},"
                + "'cluster':{'secret':'hunter2'}}").toString()).doesNotContain("hunter2");
    }

    @Test
    void isNotInTheMessageOfBrokenJson() {
        for (String text : List.of("{\"token\": hunter2}", "{\"token\": \"hunter2\n\"}", "{\"a\":1} hunter2",
                "{\"token\": 'hunter2'}")) {
            String message = BrokenJsonTest.message(text);
            assertThat(message).doesNotContain("hunter2");
        }
    }
}
