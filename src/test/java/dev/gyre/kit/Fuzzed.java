package dev.gyre.kit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs with each of the class's {@code seeds()}, and with what a fuzzer has left in {@link FuzzCorpus}. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest
@MethodSource("seeds")
@ArgumentsSource(FuzzCorpus.class)
public @interface Fuzzed {
}
