package hunt_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/protocol"
)

// BenchmarkBatch runs the schedules of a test with 4 goroutines and some 30 turns in one process. Besides the rate
// it reports that by the processor time of the process, which other work on the machine does not change.
func BenchmarkBatch(b *testing.B) {
	const schedules = 10_000
	r := protocol.HuntRequest{Test: "TestProgramClean", Count: schedules, Seed: 1, Report: filepath.Join(b.TempDir(), "report")}
	var processor time.Duration
	for b.Loop() {
		processor += run(b, process(b, r))
	}
	b.ReportMetric(float64(schedules*b.N)/b.Elapsed().Seconds(), "schedules/s")
	b.ReportMetric(float64(schedules*b.N)/processor.Seconds(), "schedules/cpu-s")
}

// BenchmarkProcess runs a schedule in a process of its own, and in turn with it a process that hunts nothing. It
// reports the processes that hunt per second, and their rate as a share of that of the others, also by processor
// time.
func BenchmarkProcess(b *testing.B) {
	r := protocol.HuntRequest{Test: "TestProgramClean", Count: 1, Seed: 1, Report: filepath.Join(b.TempDir(), "report")}
	var hunts, bare, huntsProcessor, bareProcessor time.Duration
	for b.Loop() {
		start := time.Now()
		huntsProcessor += run(b, process(b, r))
		hunts += time.Since(start)
		idle := exec.Command(os.Args[0], "-test.run=^TestProgramClean$", "-test.timeout=60s")
		idle.Env = append(os.Environ(), "GOMAXPROCS=1")
		start = time.Now()
		bareProcessor += run(b, idle)
		bare += time.Since(start)
	}
	b.ReportMetric(float64(b.N)/hunts.Seconds(), "processes/s")
	b.ReportMetric(100*bare.Seconds()/hunts.Seconds(), "%ofbare")
	b.ReportMetric(100*bareProcessor.Seconds()/huntsProcessor.Seconds(), "%ofbare-cpu")
}

// run runs a process and returns the processor time that it took.
func run(b *testing.B, cmd *exec.Cmd) time.Duration {
	b.Helper()
	if output, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, output)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
