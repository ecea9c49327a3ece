package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node of a cluster whose disk takes nothing: it follows the others, takes no commands itself, says
 * so, and is as before once the disk takes what it is given.
 */
class UnwritableDiskInClusterTest {

    private static final String URL = "http://10.9.0.1:1";
    private static final String LATER = "http://10.9.0.2:1";

    @TempDir
    Path directory;

    private final Origin origin = Origin.saying("hello");
    private ClusterNodes nodes;
    private ClusterNode here;
    private ClusterNode poor;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root mounts");
        nodes = ClusterNodes.onLoopback(directory, 2, origin);
        here = nodes.node(0);
        poor = nodes.node(1);
        Files.createDirectories(poor.data());
        run("mount", "-t", "tmpfs", "-o", "size=1m", "gyre-test", poor.data().toString());
    }

    @AfterEach
    void unmount() throws Exception {
        if (nodes != null) {
            nodes.close();
            run("umount", "-l", poor.data().toString());
        }
        origin.close();
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private void remount(String options) throws Exception {
        run("mount", "-o", "remount," + options, poor.data().toString());
    }

    /** To the last byte. */
    private void fill() throws IOException {
        Path filler = poor.data().resolve("filler");
        try (var out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(new byte[512]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private void give() throws IOException {
        Files.delete(poor.data().resolve("filler"));
    }

    private void followsAndRefuses(String reason) throws Exception {
        here.admin().command(Writer.spare("add", URL));
        Await.until("the addition", () -> poor.backends("spare").containsKey(URL));
        here.admin().command(Writer.spare("remove", URL));
        Await.until("the removal", () -> !poor.backends("spare").containsKey(URL));
        // What fits into the last block of a file is still taken.
        Await.until("a refusal", () -> poor.admin().post(Writer.spare("add", LATER)).status() == 503
                || poor.admin().post(Writer.spare("remove", LATER)).status() == 503);
        assertThat(poor.admin().post(Writer.spare("drain", origin.url()).put("service", "web")).body())
                .contains(reason);
        Admin.Reply ready = poor.admin().get("/ready");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.body()).contains(reason);
    }

    /** Also what it followed meanwhile is on its disk then. */
    private void recovers() throws Exception {
        Await.until("its disk is used again", () -> !poor.readiness().contains("disk"));
        assertThat(poor.admin().post(Writer.spare("add", LATER)).status()).isEqualTo(200);
        nodes.awaitSameView();
        poor.kill();
        here.kill();
        poor.start();
        poor.awaitReady();
        assertThat(poor.backends("spare")).containsOnlyKeys(LATER);
    }

    @Test
    void itFillsUpWhileTheNodeRuns() throws Exception {
        nodes.start();
        fill();
        followsAndRefuses("No space left on device");
        give();
        recovers();
    }

    @Test
    void itIsReadOnlyAtTheStart() throws Exception {
        nodes.start();
        poor.stop();
        remount("ro");
        nodes.restart(poor);
        followsAndRefuses("Read-only file system");
        remount("rw");
        recovers();
    }

    @Test
    void itIsFullAtTheVeryFirstStart() throws Exception {
        here.start();
        here.awaitReady();
        here.admin().command(Writer.spare("add", LATER));
        here.admin().command(Writer.spare("remove", LATER));
        fill();
        nodes.restart(poor);
        followsAndRefuses("No space left on device");
        give();
        recovers();
    }
}
