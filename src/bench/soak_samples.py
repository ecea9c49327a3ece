"""What a JVM holds at a moment: asked of the JVM itself and of the kernel."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

MB = 1024 * 1024


@dataclass(frozen=True)
class Sample:
    seconds: float      # since the begin
    heap_mb: float      # live objects after a full collection
    direct_mb: float    # native memory that Java code has allocated: buffers
    files: int
    threads: int
    rss_mb: float       # shown, not judged: the collector returns pages as it likes


def take(pid, seconds):
    """The histogram is of live objects, so asking for it collects first. Needs NativeMemoryTracking."""
    histogram = jcmd(pid, "GC.class_histogram")
    memory = jcmd(pid, "VM.native_memory", "summary", "scale=KB")
    status = Path(f"/proc/{pid}/status").read_text()
    return Sample(seconds, live_bytes(histogram) / MB, other_kb(memory) / 1024,
                  len(list(Path(f"/proc/{pid}/fd").iterdir())),
                  int(re.search(r"^Threads:\s+(\d+)", status, re.M).group(1)),
                  int(re.search(r"^VmRSS:\s+(\d+)", status, re.M).group(1)) / 1024)


def jcmd(pid, *command):
    return subprocess.run(["jcmd", str(pid), *command], check=True, capture_output=True, text=True,
                          timeout=60).stdout


def live_bytes(histogram):
    return int(re.search(r"^Total\s+\d+\s+(\d+)", histogram, re.M).group(1))


def other_kb(memory):
    """Netty's and the JDK's buffers outside the heap are the JVM's category Other."""
    return int(re.search(r"Other \(reserved=\d+KB, committed=(\d+)KB", memory).group(1))
