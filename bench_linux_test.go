package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkMemory runs 10,000 scenarios in processes of their own and reports the peak of orchtest's
// own memory, for tests that print nothing and for some that print much.
func BenchmarkMemory(b *testing.B) {
	orchtest := orchtest(b)
	junit := filepath.Join(b.TempDir(), "junit.xml")
	for _, size := range []int{0, 1_000, 100_000} {
		b.Run(fmt.Sprintf("output=%d", size), func(b *testing.B) {
			peak := 0
			for b.Loop() {
				cmd := exec.Command(orchtest, "--no-cache", "--run", "^TestLoud$", "--junitfile", junit, "--jsonfile", os.DevNull,
					"./runner/testdata/many")
				cmd.Env = append(os.Environ(), fmt.Sprintf("MANY_BYTES=%d", size))
				peak = max(peak, peakOf(b, cmd))
			}
			b.ReportMetric(float64(peak)/1e6, "MB")
		})
	}
}

// peakOf runs a command and returns the peak of its memory in bytes. What wait reports of a process
// would include its children, among them the linker.
func peakOf(b *testing.B, cmd *exec.Cmd) (peak int) {
	b.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case err := <-done:
			if err != nil {
				b.Fatalf("%v\n%s", err, out.Bytes())
			}
			return peak
		case <-ticker.C:
			peak = max(peak, highWater(cmd.Process.Pid))
		}
	}
}

// highWater is the peak of a process's memory so far; 0 where it has ended.
func highWater(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	kib := 0
	if i := bytes.Index(status, []byte("VmHWM:")); i >= 0 {
		fmt.Sscan(string(status[i+len("VmHWM:"):]), &kib)
	}
	return kib * 1024
}
