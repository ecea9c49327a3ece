package dev.gyre.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is replaced by the socket of a listener, and what is never touched. */
class SocketFileTest {

    private static final Optional<String> MODE = Optional.of("640");

    @TempDir
    private Path directory;
    private Path path;

    @BeforeEach
    void name() {
        path = directory.resolve("gyre.sock");
    }

    private static ServerSocketChannel listen(Path at) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(at));
    }

    private static boolean answers(Path at) {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(at))) {
            return client.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private SocketFile file() {
        return new SocketFile(path, MODE, Optional.empty());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void nobodyCanConnectBeforeTheModeIsSet() throws IOException {
        SocketFile file = file();
        file.check();
        try (ServerSocketChannel server = listen(file.bound())) {
            assertThat(path).doesNotExist();
            file.publish();

            assertThat(answers(path)).isTrue();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-r-----");
            assertThat(names()).containsExactly("gyre.sock");
            file.remove();
            assertThat(names()).isEmpty();
        }
    }

    @Test
    void whatADeadProcessLeftIsReplaced() throws IOException {
        listen(path).close();
        SocketFile file = file();
        file.check();
        try (ServerSocketChannel server = listen(file.bound())) {
            file.publish();

            assertThat(answers(path)).isTrue();
            assertThat(names()).containsExactly("gyre.sock");
        }
    }

    @Test
    void aLiveSocketIsRefusedAndServesOn() throws IOException {
        try (ServerSocketChannel other = listen(path)) {
            assertThatThrownBy(() -> file().check()).hasMessageContaining("another process listens there");
            assertThat(answers(path)).isTrue();
        }
    }

    @Test
    void aLiveSocketWithAFullQueueIsRefusedToo() throws IOException {
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path), 1);
                SocketChannel first = SocketChannel.open(UnixDomainSocketAddress.of(path));
                SocketChannel second = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThatThrownBy(() -> file().check()).hasMessageContaining("another process listens there");
        }
    }

    @Test
    void oneOfTwoThatStartAtOnceFails() throws IOException {
        listen(path).close();
        SocketFile first = file();
        SocketFile second = file();
        first.check();
        second.check();
        try (ServerSocketChannel one = listen(first.bound());
                ServerSocketChannel two = listen(second.bound())) {
            first.publish();

            assertThatThrownBy(second::publish).hasMessageContaining("another process listens there");
            second.remove();
            assertThat(answers(path)).isTrue();
            assertThat(names()).containsExactly("gyre.sock");
        }
    }

    @Test
    void aFileThatIsNoSocketIsNotTouched() throws IOException {
        Files.writeString(path, "precious");
        assertThatThrownBy(() -> file().check()).hasMessageContaining("a file that is no socket is there");
        assertThat(path).hasContent("precious");

        Files.delete(path);
        Files.createSymbolicLink(path, directory.resolve("elsewhere"));
        assertThatThrownBy(() -> file().check()).hasMessageContaining("a file that is no socket is there");
    }

    @Test
    void theSocketOfAnotherIsNotRemoved() throws IOException {
        SocketFile file = file();
        file.check();
        try (ServerSocketChannel server = listen(file.bound())) {
            file.publish();
            Files.delete(path);
            try (ServerSocketChannel other = listen(path)) {
                file.remove();
                assertThat(answers(path)).isTrue();
            }
        }
    }

    @Test
    void aMissingDirectoryIsNamed() {
        Path elsewhere = directory.resolve("no/gyre.sock");
        assertThatThrownBy(() -> new SocketFile(elsewhere, MODE, Optional.empty()).check())
                .hasMessageContaining("no directory " + directory.resolve("no"));
    }

    @Test
    void anUnknownOwnerIsNamedAndNothingIsLeft() throws IOException {
        SocketFile file = new SocketFile(path, MODE, Optional.of("nobody-by-this-name"));
        file.check();
        try (ServerSocketChannel server = listen(file.bound())) {
            assertThatThrownBy(file::publish).hasMessageContaining("knows no \"nobody-by-this-name\"");
            assertThat(names()).isEmpty();
        }
    }

    @Test
    void theOwnerMayBeNamed() throws IOException {
        String user = Files.getOwner(directory).getName();
        SocketFile file = new SocketFile(path, MODE, Optional.of(user + ":" + user));
        file.check();
        try (ServerSocketChannel server = listen(file.bound())) {
            file.publish();
            assertThat(Files.getOwner(path).getName()).isEqualTo(user);
        }
    }
}
