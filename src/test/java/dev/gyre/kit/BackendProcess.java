package dev.gyre.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A backend in a process of its own, to be killed or stopped by signals; answers everything with 200. */
public final class BackendProcess implements AutoCloseable {

    private final Process process;
    private final String url;

    private BackendProcess(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /** What runs in the process: says where it listens, and serves until it is killed. */
    public static void main(String[] arguments) throws InterruptedException {
        System.out.println(Origin.saying("ok").withoutRecording().url());
        new CountDownLatch(1).await();
    }

    public static BackendProcess start() throws IOException {
        List<String> command = RunnableJar.java("-Xmx64m", "-cp", RunnableJar.path().toString(),
                BackendProcess.class.getName());
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return new BackendProcess(process, out.readLine());
    }

    public String url() {
        return url;
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGSTOP: it stands still, its sockets stay open and accept. */
    public void freeze() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())).start().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
