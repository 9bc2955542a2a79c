package runner

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// BenchmarkProcesses runs the 924 scenarios of a test that takes no time, each in a process of its
// own, and beside them, in turn, the same processes from a bare loop. Its figure is the rate as a
// share of the bare loop's.
func BenchmarkProcesses(b *testing.B) {
	for _, mode := range []struct {
		name string
		args []string
	}{{"plain", nil}, {"race", []string{"-race"}}} {
		b.Run(mode.name, func(b *testing.B) { benchmarkProcesses(b, mode.args) })
	}
}

func benchmarkProcesses(b *testing.B, goArgs []string) {
	r, x, planned := benchmarkRun(b, goArgs)
	var ours, bare time.Duration
	n := 0
	for b.Loop() {
		call := r.newCall(planned)
		start := time.Now()
		x.scenarios(b.Context(), call)
		ours += time.Since(start)
		if ran := call.tally[passed]; int64(ran) != call.total.Int64()-1 {
			b.Fatalf("%d of %v scenarios passed", ran, call.total)
		}
		start = time.Now()
		n += bareLoop(b, r, x, call)
		bare += time.Since(start)
	}
	b.ReportMetric(float64(n)/ours.Seconds(), "scenarios/s")
	b.ReportMetric(float64(n)/bare.Seconds(), "bare/s")
	b.ReportMetric(100*bare.Seconds()/ours.Seconds(), "%-of-bare")
}

// bareLoop starts the same processes with as little around them as can be.
func bareLoop(b *testing.B, r *run, x *exploration, call *exploredCall) int {
	var group errgroup.Group
	group.SetLimit(r.Parallel)
	n := 0
	all := permutations.New(call.plan.Counts)
	all.Next()
	for all.Next() {
		sequence := slices.Clone(all.Sequence())
		n++
		group.Go(func() error {
			cmd := exec.Command(x.target.path, slices.Concat(r.scenarioArgs(x.test.name), r.goArgs.own)...)
			cmd.Dir, cmd.Env = x.target.dir, append(r.scenarioVars(x, call), protocol.EnvSequence+"="+permutations.Format(sequence))
			_, err := cmd.CombinedOutput()
			return err
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	return n
}

// benchmarkRun returns a run whose reports go nowhere, and the exploration of TestSix in it, of which
// the plan run is done and the test binary built.
func benchmarkRun(b *testing.B, goArgs []string) (*run, *exploration, *plannedCall) {
	b.Helper()
	r, err := newRun(Config{GoArgs: goArgs, Stdout: io.Discard, Stderr: os.Stderr})
	if err != nil {
		b.Fatal(err)
	}
	r.ctx, r.temp = b.Context(), b.TempDir()
	if r.turnFiles, err = newTurnFiles(r.temp, r.Parallel); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { r.turnFiles.close() })
	r.slots = newSlots(r.Parallel)
	b.Cleanup(r.slots.close)
	reports, err := openReports(Config{JUnitFile: filepath.Join(r.temp, "junit.xml")})
	if err != nil {
		b.Fatal(err)
	}
	console := newConsole(r.Config, nil, func(err error) { b.Error(err) })
	b.Cleanup(func() {
		reports.discard()
		console.close()
	})
	r.stream.sinks = append(reports.sinks(), &r.verdict, console)

	const pkg = "github.com/orchtest/orchtest/runner/testdata/many"
	r.build(b.Context(), pkg)
	target := r.targets[pkg]
	if err := target.wait(); err != nil {
		b.Fatal(err)
	}
	elapsed := 0.0
	held := &heldTest{pkg: &heldPackage{name: pkg}, name: "TestSix"}
	x := &exploration{r: r, test: held, target: target, ended: parse.Event{Action: parse.ActionPass, Elapsed: &elapsed}}
	call := &plannedCall{
		plan:   protocol.Plan{Threads: []string{"a", "b"}, Counts: []int{6, 6}, File: "many_test.go", Line: 1},
		serial: &protocol.Scenario{},
	}
	for _, thread := range permutations.Serial(call.plan.Counts) {
		call.serial.Turns = append(call.serial.Turns, protocol.Turn{Thread: thread})
	}
	r.stream.emit(parse.Event{Action: parse.ActionRun, Package: pkg, Test: "TestSix"})
	runtime.GC()
	return r, x, call
}
