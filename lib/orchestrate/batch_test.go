package orchestrate_test

import (
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

// answers runs a child as a batch, and returns what it says of each scenario: its turns, or where it says
// everything what became of it.
func answers(t *testing.T, name string, requests ...string) (said []string, r ran) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.v=test2json", "-test.timeout=1m", "-test.count=1")
	cmd.Env = slices.Concat(os.Environ(), []string{
		childVariable + "=" + name, protocol.EnvMode + "=" + protocol.ModeScenario, protocol.EnvBatch + "=1",
		protocol.EnvTest + "=" + name, protocol.EnvCall + "=0", protocol.EnvCounts + "=2,2", "GORACE=atexit_sleep_ms=0",
	})
	cmd.Stdin = strings.NewReader(strings.Join(requests, "\n") + "\n")
	raw, _ := cmd.CombinedOutput() // the status tells
	r = ran{status: cmd.ProcessState.ExitCode(), output: strings.ReplaceAll(string(raw), "\x16", "")}
	r.read(t)
	full := r.scenarios
	for line := range strings.Lines(r.output) {
		_, value, passed := strings.Cut(line, " "+protocol.AttrPassed+" ")
		switch {
		case passed:
			said = append(said, strings.TrimSpace(value))
		case strings.Contains(line, " "+protocol.AttrScenario+" "):
			said = append(said, outcomeOf(full[0]))
			full = full[1:]
		}
	}
	return said, r
}

func outcomeOf(s protocol.Scenario) string {
	switch {
	case s.Failed:
		return "failed"
	case s.Skipped:
		return "skipped"
	}
	return "passed"
}

var batchChild = child("TestBatch", func(t *testing.T) {
	if text, err := io.ReadAll(os.Stdin); err != nil || len(text) > 0 {
		t.Errorf("the test can read %q, %v", text, err)
	}
	if value, set := os.LookupEnv(protocol.EnvBatch); set {
		t.Errorf("%s=%s", protocol.EnvBatch, value)
	}
	counts := orchestrate.Test(t, func(s *orchestrate.T) {
		sequence := os.Getenv(protocol.EnvSequence)
		name := "second"
		if sequence == "1,1,0,0" {
			name = "renamed"
		}
		s.Go("first", func() { syncpoint.Here() })
		s.Go(name, func() {
			syncpoint.Here()
			switch sequence {
			case "1,0,0,1":
				s.Fatal("wrong")
			case "1,0,1,0":
				s.Skip("not this one")
			case "0,0,1,1":
				t.Error("wrong for the test")
			}
		})
	})
	if !slices.Equal(counts, orchestrate.Counts{2, 2}) {
		t.Errorf("counts %v", counts)
	}
})

func TestBatchAnswers(t *testing.T) {
	for _, test := range []struct {
		name     string
		requests []string
		want     []string
		status   int
	}{
		{"in short", []string{"0,1,0,1", "0,1,1,0", "1"}, []string{"passed", "0 1 1e 0e", "1 0 0e 1e"}, 0},
		{"other threads", []string{"0,1,0,1", "1,1,0,0", "1,1,0,0", "0,1"}, []string{"passed", "passed", "1 1e 0 0e", "passed"}, 0},
		{"up to a failure", []string{"0,1", "1,0,0,1", "0,1"}, []string{"passed", "failed"}, 1},
		{"up to a failure of the test", []string{"0,1", "0,0,1,1", "0,1"}, []string{"passed", "failed"}, 1},
		{"up to a skip", []string{"0,1", "1,0,1,0", "0,1"}, []string{"passed", "skipped"}, 0},
		{"what is no sequence", []string{"0,1", "x", "0,1"}, []string{"passed"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, r := answers(t, batchChild, test.requests...)
			if diff := cmp.Diff(test.want, got); diff != "" || r.status != test.status {
				t.Errorf("status %d, want %d; -want +got\n%s\n%s", r.status, test.status, diff, r.output)
			}
		})
	}
}
