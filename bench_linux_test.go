package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/orchtest/orchtest/runner"
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

// BenchmarkReports runs 10,000 scenarios that pass, without reports and with the JUnit and the HTML report, in turn. Its
// figure is how much more processor time orchtest itself uses with them, as a share of what the whole run uses, its
// children included. These do the same in both, and on a busy machine their times differ by more than what is to be
// found out. The medians are compared.
func BenchmarkReports(b *testing.B) {
	orchtest := orchtest(b)
	dir := b.TempDir()
	for _, isolation := range runner.Isolations() {
		b.Run(isolation, func(b *testing.B) {
			without := []string{orchtest, "--no-cache", "--isolation", isolation, "--run", "^TestEight$", "./runner/testdata/many"}
			with := append(slices.Clone(without), "--junitfile", filepath.Join(dir, "junit.xml"), "--html", filepath.Join(dir, "report.html"))
			spent(b, with)
			var own, all [2][]time.Duration
			for b.Loop() {
				for i, args := range [][]string{without, with} {
					o, a := spent(b, args)
					own[i], all[i] = append(own[i], o), append(all[i], a)
				}
			}
			more := median(own[1]) - median(own[0])
			b.ReportMetric(float64(more.Milliseconds()), "ms-more")
			b.ReportMetric(100*more.Seconds()/median(all[0]).Seconds(), "%-more")
		})
	}
}

// spent runs a command and returns how much processor time it used itself, and together with its children.
func spent(b *testing.B, args []string) (own, all time.Duration) {
	b.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	// As long as nobody has waited for it, it is there to be asked.
	if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		b.Fatal(err)
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		b.Fatalf("%v: %v", args, err)
	}
	// See proc_pid_stat(5): behind the name are the state and ten more, then the times in hundredths of a second.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	for _, field := range fields[11:13] {
		ticks, err := strconv.Atoi(field)
		if err != nil {
			b.Fatal(err)
		}
		own += time.Duration(ticks) * 10 * time.Millisecond
	}
	return own, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
