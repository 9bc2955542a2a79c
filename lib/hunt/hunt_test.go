package hunt_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/lib/internal/decide"
	"github.com/orchtest/orchtest/lib/protocol"
)

// hunted runs schedules of a program, which is a test of this package, in a process of its own. It returns what was
// reported last, and how the process ended.
func hunted(t testing.TB, r protocol.HuntRequest) (last protocol.HuntReport, output string) {
	t.Helper()
	r.Report = filepath.Join(t.TempDir(), "report")
	text, _ := process(t, r).CombinedOutput() // findings fail
	lines, err := os.ReadFile(r.Report)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for line := range bytes.Lines(lines) {
		if last, err = protocol.ReadHuntReport(strings.TrimSuffix(string(line), "\n")); err != nil {
			t.Fatal(err)
		}
	}
	return last, string(text)
}

// process is one that hunts.
func process(t testing.TB, r protocol.HuntRequest) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+r.Test+"$", fmt.Sprintf("-test.count=%d", max(r.Count, 1)),
		"-test.failfast", "-test.parallel=64", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), protocol.EnvHunt+"="+r.Line(), "GOMAXPROCS=1", "GODEBUG=randautoseed=0",
		"GORACE=atexit_sleep_ms=0")
	return cmd
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		program string
		kind    string // of the last report
		finding string
		says    []string // in the report
	}{
		{"TestProgramClean", protocol.HuntDone, "", nil},
		{"TestProgramDeadlock", protocol.HuntFinding, protocol.FoundDeadlock, []string{"sync.Mutex.Lock", "sync.WaitGroup.Wait"}},
		{"TestProgramLeak", protocol.HuntFinding, protocol.FoundLeak, []string{"chan send"}},
		{"TestProgramPanic", protocol.HuntFinding, protocol.FoundPanic, []string{"panic: lost", "programs_test.go"}},
		{"TestProgramPanicMain", protocol.HuntFinding, protocol.FoundPanic, nil},
		{"TestProgramFinalizer", protocol.HuntDone, "", nil},
		{"TestProgramServed", protocol.HuntDone, "", nil},
		{"TestProgramFailure", protocol.HuntFinding, protocol.FoundFailure, nil},
		{"TestProgramFailsLate", protocol.HuntFinding, protocol.FoundFailure, nil},
		{"TestProgramGoexit", protocol.HuntFinding, protocol.FoundFailure, nil},
		{"TestProgramSubtests", protocol.HuntDone, "", nil},
		{"TestProgramParallel", protocol.HuntDone, "", nil},
		{"TestProgramParallelBug", protocol.HuntFinding, protocol.FoundFailure, nil},
		{"TestProgramSelect", protocol.HuntFinding, protocol.FoundFailure, nil},
		{"TestProgramSelectPlaces", protocol.HuntFinding, protocol.FoundFailure, []string{`case 0@0: 1 *3\n`}},
		{"TestProgramAdopted", protocol.HuntDone, "", nil},
		{"TestProgramAdoptedBug", protocol.HuntFinding, protocol.FoundFailure, nil},
		{"TestProgramSpins", protocol.HuntDone, "", nil},
		{"TestProgramEndless", protocol.HuntInconclusive, "", []string{"max-steps"}},
		{"TestProgramNetwork", protocol.HuntNotHuntable, "", []string{"programs_test.go"}},
		{"TestProgramServer", protocol.HuntNotHuntable, "", []string{"net"}},
		{"TestProgramDeclined", protocol.HuntNotHuntable, "", []string{"a child process at m/a.go:1:1"}},
		{"TestProgramOld", protocol.HuntDone, "", nil},
	} {
		t.Run(test.program, func(t *testing.T) {
			t.Parallel()
			last, output := hunted(t, protocol.HuntRequest{Test: test.program, Count: 200, Seed: 1, MaxSteps: 2000})
			said, err := json.Marshal(last)
			if err != nil {
				t.Fatal(err)
			}
			if last.Kind != test.kind || last.Finding == nil != (test.finding == "") ||
				last.Finding != nil && last.Finding.Kind != test.finding {
				t.Fatalf("got %s\n%s", said, output)
			}
			for _, text := range test.says {
				if !strings.Contains(string(said), text) {
					t.Errorf("got %s\nwant %s", said, text)
				}
			}
			if last.Kind == protocol.HuntFinding && last.Trace != "" {
				replays(t, test.program, last)
			}
		})
	}
}

// TestNothingToDecide shows that a case that is not ready is no option.
func TestNothingToDecide(t *testing.T) {
	t.Parallel()
	last, output := hunted(t, protocol.HuntRequest{Test: "TestProgramPollsNothing", Count: 10, Seed: 1})
	if last.Kind != protocol.HuntDone || last.Longest != 0 || last.Schedules != 1 || !last.Exhausted {
		t.Errorf("got %+v\n%s", last, output)
	}
}

// TestStackGrows counts the threads of goroutines whose stacks are moved while they look for the thread that they are.
func TestStackGrows(t *testing.T) {
	t.Parallel()
	last, output := hunted(t, protocol.HuntRequest{Test: "TestProgramDeep", Count: 3})
	if last.Kind != protocol.HuntDone || last.Threads != deepest+1 {
		t.Errorf("%d threads: got %+v\n%s", deepest+1, last, output)
	}
}

// TestSleepsForEver shows that a schedule in which time jumps again and again soon ends.
func TestSleepsForEver(t *testing.T) {
	t.Parallel()
	last, output := hunted(t, protocol.HuntRequest{Test: "TestProgramDozes", Count: 1, MaxSteps: 500})
	if last.Kind != protocol.HuntInconclusive || last.Steps > 5000 {
		t.Errorf("got %+v\n%s", last, output)
	}
}

// replays has the trace of a finding followed in another process.
func replays(t *testing.T, program string, found protocol.HuntReport) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trace")
	if err := os.WriteFile(path, []byte(found.Trace), 0o600); err != nil {
		t.Fatal(err)
	}
	last, output := hunted(t, protocol.HuntRequest{Test: program, Count: 1, Replay: path, MaxSteps: 2000})
	if last.Finding == nil || last.Finding.Identity != found.Finding.Identity || last.Hash != found.Hash {
		t.Errorf("replay: got %+v, want %s\n%s", last, found.Finding.Identity, output)
	}
}

// TestLenient tells the trace of a schedule that follows another one as far as it can.
func TestLenient(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "trace")
	if err := os.WriteFile(path, []byte("{\"orchtest_trace\":1,\"test\":\"TestProgramFailure\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	last, output := hunted(t, protocol.HuntRequest{Test: "TestProgramFailure", Count: 1, Replay: path, Lenient: true})
	trace, err := decide.ParseTrace(last.Trace)
	if last.Kind != protocol.HuntDone || err != nil || len(trace.Decisions) != last.Longest || last.Longest == 0 {
		t.Errorf("%v: got %+v\n%s", err, last, output)
	}
}

// TestLongTrace follows a trace to its end, however many steps there are to be.
func TestLongTrace(t *testing.T) {
	t.Parallel()
	found, output := hunted(t, protocol.HuntRequest{Test: "TestProgramFailure", Count: 200, Strategies: []string{"random"}})
	if found.Finding == nil {
		t.Fatalf("got %+v\n%s", found, output)
	}
	path := filepath.Join(t.TempDir(), "trace")
	if err := os.WriteFile(path, []byte(found.Trace), 0o600); err != nil {
		t.Fatal(err)
	}
	last, output := hunted(t, protocol.HuntRequest{Test: "TestProgramFailure", Count: 1, Replay: path, MaxSteps: 1})
	if last.Finding == nil || last.Hash != found.Hash {
		t.Errorf("got %+v\n%s", last, output)
	}
}

// TestSame runs the same schedules in several processes.
func TestSame(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"TestProgramClean", "TestProgramSubtests", "TestProgramParallel", "TestProgramAdopted", "TestProgramServed"} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			want := ""
			for range 5 {
				last, output := hunted(t, protocol.HuntRequest{Test: program, Count: 20, Seed: 7})
				if want == "" {
					want = last.Hash
				}
				if last.Hash != want || want == "" {
					t.Errorf("got %s, want %s\n%s", last.Hash, want, output)
				}
			}
		})
	}
}

// TestSearchEnds ends a search that does not remember all of its schedules.
func TestSearchEnds(t *testing.T) {
	t.Parallel()
	s := &decide.Delay{}
	options := []decide.Option{{Number: 0}, {Number: 1}, {Number: 2}}
	states := []string{"", ""} // before the last schedule, and after it
	for n := 0; s.Begin(n); n++ {
		for range 10 {
			s.Decide(&decide.Decision{Options: options})
		}
		if n > 1<<14 {
			states[0] = states[1]
			s.End()
			states[1] = s.State()
		}
	}
	for i, state := range states {
		last, output := hunted(t, protocol.HuntRequest{Test: "TestProgramClean", Count: 5, Strategies: []string{"delay"}, Delay: state})
		if last.Kind != protocol.HuntDone || last.Schedules != 1-i || last.Exhausted {
			t.Errorf("%d left: got %+v\n%s", 1-i, last, output)
		}
	}
}

// TestSearchGoesOn asks where a search goes on after a schedule that ended the process.
func TestSearchGoesOn(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"TestProgramEndless", "TestProgramDeadlock"} {
		last, output := hunted(t, protocol.HuntRequest{Test: program, Count: 50, Strategies: []string{"delay"}, MaxSteps: 500})
		if want := fmt.Sprintf("%d.0.", last.Schedules); last.Kind == protocol.HuntDone || !strings.HasPrefix(last.Delay, want) {
			t.Errorf("%s: after %d schedules: got %+v\n%s", program, last.Schedules, last, output)
		}
	}
}

// TestOtherGo says that a trace is of another version of Go, where it cannot be followed.
func TestOtherGo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "trace")
	trace := "{\"orchtest_trace\":1,\"test\":\"TestProgramFailure\",\"go\":\"go1.2\"}\nturn 0: 0 *7\n"
	if err := os.WriteFile(path, []byte(trace), 0o600); err != nil {
		t.Fatal(err)
	}
	last, output := hunted(t, protocol.HuntRequest{Test: "TestProgramFailure", Count: 1, Replay: path})
	if last.Kind != protocol.HuntDiverged || !strings.Contains(last.Reason, "; it was recorded with go1.2, and this is "+runtime.Version()) {
		t.Errorf("got %+v\n%s", last, output)
	}
}
