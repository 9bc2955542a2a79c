package orchestrate_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// What a failing test does is seen from outside: this binary is started again, with the name of one of
// the children in childVariable, and then has that one test and no other.
const childVariable = "ORCHESTRATE_CHILD"

var children = map[string]func(*testing.T){}

// child registers a test for runChild. It is called by package-level declarations.
func child(name string, f func(*testing.T)) string {
	if children[name] != nil {
		panic("two children of the name " + name)
	}
	children[name] = f
	return name
}

func TestMain(m *testing.M) {
	if name := os.Getenv(childVariable); name != "" {
		if children[name] == nil {
			panic("no child of the name " + name)
		}
		testing.Main(regexp.MatchString, []testing.InternalTest{{Name: name, F: children[name]}}, nil, nil)
	}
	// These tests are the same whether or not they are themselves run by a wrapper.
	for _, name := range protocolVariables {
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

var protocolVariables = []string{
	protocol.EnvMode, protocol.EnvTest, protocol.EnvCall, protocol.EnvSequence, protocol.EnvCounts, protocol.EnvTurns,
	protocol.EnvTurnTimeout, protocol.EnvDeadlockWindow, protocol.EnvFailOnLeak,
}

// explore, plan and scenario are the environments of the three modes.
var (
	explore []string
	plan    = []string{protocol.EnvMode + "=" + protocol.ModePlan}
)

func scenario(test string, call int, sequence, counts string) []string {
	return []string{
		protocol.EnvMode + "=" + protocol.ModeScenario,
		protocol.EnvTest + "=" + test,
		fmt.Sprintf("%s=%d", protocol.EnvCall, call),
		protocol.EnvSequence + "=" + sequence,
		protocol.EnvCounts + "=" + counts,
	}
}

// A ran is what came of a child.
type ran struct {
	status    int
	output    string // without the marks of the testing package
	plans     []protocol.Plan
	scenarios []protocol.Scenario
}

// runChild runs a child to its end.
func runChild(t *testing.T, name string, env []string, flags ...string) ran {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, slices.Concat([]string{
		"-test.v=test2json", "-test.timeout=2m", "-test.paniconexit0"}, flags)...)
	cmd.Env = slices.Concat(os.Environ(), []string{childVariable + "=" + name, "GORACE=atexit_sleep_ms=0"}, env)
	raw, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	r := ran{status: cmd.ProcessState.ExitCode(), output: string(bytes.ReplaceAll(raw, []byte{'\x16'}, nil))}
	r.read(t)
	return r
}

// read finds the attributes in the output.
func (r *ran) read(t *testing.T) {
	t.Helper()
	var joiners = map[string]*protocol.Joiner{}
	for line := range strings.Lines(r.output) {
		rest, ok := strings.CutPrefix(line, "=== ATTR  ")
		if !ok {
			continue
		}
		test, rest, _ := strings.Cut(strings.TrimSuffix(rest, "\n"), " ")
		key, value, _ := strings.Cut(rest, " ")
		if key != protocol.AttrPlan && key != protocol.AttrScenario {
			continue
		}
		if joiners[test+key] == nil {
			joiners[test+key] = new(protocol.Joiner)
		}
		whole, complete, err := joiners[test+key].Add(value)
		if err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if !complete {
			continue
		}
		switch key {
		case protocol.AttrPlan:
			p, err := parse.DecodePlan(whole)
			if err != nil {
				t.Fatal(err)
			}
			r.plans = append(r.plans, *p)
		case protocol.AttrScenario:
			s, err := parse.DecodeScenario(whole)
			if err != nil {
				t.Fatal(err)
			}
			r.scenarios = append(r.scenarios, *s)
		}
	}
}

// scenario returns the one scenario that the child reported.
func (r ran) scenario(t *testing.T) protocol.Scenario {
	t.Helper()
	if len(r.scenarios) != 1 {
		t.Fatalf("got %d reports of a scenario, want one:\n%s", len(r.scenarios), r.output)
	}
	return r.scenarios[0]
}

// wantStatus fails the test if the child ended with another exit status.
func (r ran) wantStatus(t *testing.T, want int) {
	t.Helper()
	if r.status != want {
		t.Errorf("got exit status %d, want %d:\n%s", r.status, want, r.output)
	}
}

// want fails the test unless the output matches each of the patterns, one after the other.
func (r ran) want(t *testing.T, patterns ...string) {
	t.Helper()
	rest := r.output
	for _, pattern := range patterns {
		at := regexp.MustCompile(`(?m)` + pattern).FindStringIndex(rest)
		if at == nil {
			t.Errorf("no match of %q, or not in this order, in\n%s", pattern, r.output)
			return
		}
		rest = rest[at[1]:]
	}
}

// wantNot fails the test if the output matches one of the patterns.
func (r ran) wantNot(t *testing.T, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
		if found := regexp.MustCompile(`(?m)` + pattern).FindString(r.output); found != "" {
			t.Errorf("found %q in\n%s", found, r.output)
		}
	}
}

// ends returns how the turns came to their ends, as "0 1 0:end 1:panic".
func ends(s protocol.Scenario) string {
	var list []string
	for _, turn := range s.Turns {
		text := fmt.Sprint(turn.Thread)
		if turn.End != protocol.AtSyncpoint {
			text += ":" + string(turn.End)
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

// lineAt returns a line on the stack of the caller, as runtime.Caller numbers them.
func lineAt(skip int) int {
	_, _, line, _ := runtime.Caller(skip)
	return line
}

// runTest runs a test function once, as `go test` does without -v, and reports whether it passed.
func runTest(name string, f func(*testing.T)) bool {
	for name, value := range map[string]string{"test.v": "false", "test.count": "1", "test.skip": ""} {
		f := flag.Lookup(name).Value
		defer f.Set(f.String())
		f.Set(value)
	}
	return testing.RunTests(func(_, _ string) (bool, error) { return true, nil },
		[]testing.InternalTest{{Name: name, F: f}})
}

// inPlanMode and inScenarioMode run a test function inside of this process, for tests that pass. They
// give it a T of its own, which prints no attributes: orchtest, if it runs these tests, would take them
// for those of the test around it.
func inPlanMode(t *testing.T, f func(*testing.T)) {
	t.Helper()
	inMode(t, func(string) []string { return plan }, f)
}

func inScenarioMode(t *testing.T, sequence, counts []int, f func(*testing.T)) {
	t.Helper()
	inMode(t, func(test string) []string {
		return scenario(test, 0, permutations.Format(sequence), permutations.Format(counts))
	}, f)
}

var modeTests atomic.Int64

func inMode(t *testing.T, env func(test string) []string, f func(*testing.T)) {
	t.Helper()
	test := fmt.Sprintf("TestInMode%d", modeTests.Add(1)) // a name of its own, or it would be a later call
	for _, variable := range env(test) {
		name, value, _ := strings.Cut(variable, "=")
		defer restoreEnv(name)()
		os.Setenv(name, value)
	}
	if !runTest(test, f) {
		t.Errorf("%s failed", test)
	}
}

func restoreEnv(name string) func() {
	value, ok := os.LookupEnv(name)
	if !ok {
		return func() { os.Unsetenv(name) }
	}
	return func() { os.Setenv(name, value) }
}

// quietly calls f with standard output put away: a test of a test that fails prints there.
func quietly(t *testing.T, f func() bool) bool {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	stdout := os.Stdout
	os.Stdout = null
	defer func() { os.Stdout = stdout }()
	return f()
}
