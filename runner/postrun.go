package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/google/shlex"
	"gotest.tools/gotestsum/testjson"
)

// postRun runs the command that the user wants to be run at the end. Its environment says what the run came to: in
// gotestsum's variables, and of scenarios in ours.
func (c Config) postRun(ctx context.Context, x executor, exec *testjson.Execution, explored []exploredTest, output io.Writer) error {
	words, err := shlex.Split(c.PostRun)
	if err != nil || len(words) == 0 || exec == nil {
		return err
	}
	env := c.Env
	if env == nil {
		env = os.Environ()
	}
	for _, each := range append(testVariables(c, exec), scenarioVariables(explored)...) {
		env = with(env, each.name, each.value)
	}
	e, err := x.execute(ctx, command{path: words[0], args: words[1:], dir: c.Dir, env: env, output: output, errors: c.Stderr})
	if err == nil && e.status != "" && !e.canceled {
		err = fmt.Errorf("%s", e.status)
	}
	if err != nil {
		return &postRunError{fmt.Errorf("--post-run-command %s: %w", c.PostRun, err)}
	}
	return nil
}

// A postRunError says that the command of the user's could not be run, or that it failed.
type postRunError struct{ error }

func (e *postRunError) Unwrap() error { return e.error }

// A variable is one of the environment.
type variable struct{ name, value string }

// testVariables are those of gotestsum. It counts all tests, and scenarios are such to it.
func testVariables(c Config, exec *testjson.Execution) []variable {
	return []variable{
		{"GOTESTSUM_JSONFILE", c.JSONFile},
		{"GOTESTSUM_JSONFILE_TIMING_EVENTS", ""},
		{"GOTESTSUM_JUNITFILE", c.JUnitFile},
		{"GOTESTSUM_ELAPSED", fmt.Sprintf("%.3fs", exec.Elapsed().Seconds())},
		{"TESTS_TOTAL", strconv.Itoa(exec.Total())},
		{"TESTS_FAILED", strconv.Itoa(len(exec.Failed()))},
		{"TESTS_SKIPPED", strconv.Itoa(len(exec.Skipped()))},
		{"TESTS_ERRORS", strconv.Itoa(len(exec.Errors()))},
	}
}

// scenarioVariables are the numbers of scenarios, as the summary has them.
func scenarioVariables(explored []exploredTest) []variable {
	sum := total(explored)
	return []variable{
		{"SCENARIOS_PLANNED", strconv.Itoa(sum.Planned)},
		{"SCENARIOS_PASSED", strconv.Itoa(sum.Passed)},
		{"SCENARIOS_FAILED", strconv.Itoa(sum.Failed)},
		{"SCENARIOS_ERRORED", strconv.Itoa(sum.Errored)},
		{"SCENARIOS_SKIPPED", strconv.Itoa(sum.Skipped)},
		{"SCENARIOS_NOT_RUN", strconv.Itoa(sum.NotRun)},
	}
}

// afterwards is what a run came to, of which err is known, with what its last command did.
func afterwards(err, hook error) error {
	switch {
	case hook == nil:
		return err
	case err == nil, err == ErrFailed: // what failed has been shown
		return hook
	}
	return errors.Join(err, hook)
}
