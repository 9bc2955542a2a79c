package runner

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// lookup returns the value of a variable in an environment.
func lookup(env []string, name string) (value string, set bool) {
	for _, entry := range env {
		if is(entry, name) {
			value, set = entry[len(name)+1:], true // the last one counts
		}
	}
	return value, set
}

// is reports whether an entry of an environment is that of a variable.
func is(entry, name string) bool {
	if len(entry) <= len(name) || entry[len(name)] != '=' {
		return false
	}
	if runtime.GOOS == "windows" {
		return strings.EqualFold(entry[:len(name)], name)
	}
	return entry[:len(name)] == name
}

// with returns env with a variable set.
func with(env []string, name, value string) []string {
	return append(without(env, name), name+"="+value)
}

// without returns a copy of env that does not have a variable.
func without(env []string, name string) []string {
	rest := make([]string, 0, len(env)+1)
	for _, entry := range env {
		if !is(entry, name) {
			rest = append(rest, entry)
		}
	}
	return rest
}

// userEnv returns the environment without what is ours, which would be left where orchtest runs
// inside of a test of its own.
func userEnv(env []string) []string {
	for _, name := range ownVariables {
		env = without(env, name)
	}
	return env
}

// ownVariables are those that orchtest sets for each process, whatever the user's environment has.
var ownVariables = []string{protocol.EnvMode, protocol.EnvTest, protocol.EnvCall, protocol.EnvSequence, protocol.EnvCounts,
	protocol.EnvTurns, protocol.EnvTimeout, protocol.EnvBatch, protocol.EnvHunt}

// libraryEnv returns the environment with what the flags say to the library.
func (c Config) libraryEnv() []string {
	env := c.Env
	if c.TurnTimeout > 0 {
		env = with(env, protocol.EnvTurnTimeout, c.TurnTimeout.String())
	}
	if c.DeadlockWindow > 0 {
		env = with(env, protocol.EnvDeadlockWindow, c.DeadlockWindow.String())
	}
	switch {
	case c.FailOnLeak == nil:
	case *c.FailOnLeak:
		env = with(env, protocol.EnvFailOnLeak, "1")
	default:
		env = without(env, protocol.EnvFailOnLeak)
	}
	return env
}

// scenarioEnv returns the environment that all scenarios of a run share: that which go test gives to
// a test binary, and what makes a process fast to start and to end.
func scenarioEnv(env []string, goroot string) []string {
	env = with(env, protocol.EnvMode, protocol.ModeScenario)
	if goroot != "" {
		path, _ := lookup(env, "PATH")
		env = with(env, "GOROOT", goroot)
		env = with(env, "PATH", filepath.Join(goroot, "bin")+string(os.PathListSeparator)+path)
	}
	if _, set := lookup(env, "GOMAXPROCS"); !set {
		// Threads run one at a time; further processors only cost time to set up.
		env = with(env, "GOMAXPROCS", "1")
	}
	// A binary with the race detector waits a second at its end for reports of other threads. By then
	// every thread has ended. To any other binary the variable is nothing; that -race was asked for
	// may stand in GOFLAGS, or in what `go env -w` wrote.
	if options, _ := lookup(env, "GORACE"); !strings.Contains(options, "atexit_sleep_ms") {
		env = with(env, "GORACE", strings.TrimSpace(options+" atexit_sleep_ms=0"))
	}
	return env
}
