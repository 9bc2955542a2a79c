package runner

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/orchtest/orchtest/record"
)

// A cache keeps the results of scenarios that passed. There is a folder for each test binary, by its contents,
// and in it an entry for each call of a test and the arguments it is run with. An entry is a record: which
// scenarios passed, and what they have looked at outside of their processes. It replaces the one before as a
// whole, so that several runs at once do no harm.
type cache struct {
	r      *run
	folder string

	mu     sync.Mutex
	parsed map[string][]string // what logs came to, by their text and the folder of their process
	wrote  bool
	failed error // the first that kept something from being written
}

// Limits of the cache.
const (
	maxEntry = 64 << 20 // bytes; what goes beyond is not written down
	maxLogs  = 1000     // that are kept in memory
)

func newCache(r *run, folder string) (*cache, error) {
	logs, err := newTestLogs(r.temp, r.Parallel)
	if err != nil {
		return nil, err
	}
	r.testLogs = logs
	return &cache{r: r, folder: folder, parsed: map[string][]string{}}, nil
}

// knows implements [notebook].
func (c *cache) knows(t *target) bool {
	if t.binary == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(c.folder, t.binary))
	return err == nil
}

// resumes implements [notebook].
func (c *cache) resumes() bool { return false }

// notes implements [notebook]. As with go test, nothing is kept of what is in no module.
func (c *cache) notes(x *exploration, call *exploredCall) *notes {
	t := x.target
	if t.binary == "" || t.root == "" {
		return nil
	}
	h := sha256.New()
	about := callOf(x, call)
	fmt.Fprintf(h, "%q %q %v %s %q", c.r.scenarioArgs(x.test.name), c.r.goArgs.own, c.r.ScenarioTimeout, c.r.Isolation, t.dir)
	fmt.Fprintf(h, "%q %q %d %s", about.Package, about.Test, about.Index, about.Counts)
	e := &entry{
		cache: c, target: t, name: filepath.Join(c.folder, t.binary, sum(h)), env: append(c.r.sharedEnv(), "PWD="+t.dir),
	}
	n := &notes{
		test: x.test, threads: len(call.plan.Threads), call: about, cached: true,
		read: e.read, given: e.given, done: e.done, correct: e.correct, looked: e.looked, again: e.again, spoil: func() { e.spoilt = true }, close: e.close,
	}
	e.notes = n
	e.open()
	return n
}

// inputsOf returns what a process of a target has looked at, and in which state it is.
func (c *cache) inputsOf(t *target, env []string, log []byte, started time.Time) (*record.Inputs, error) {
	key := t.dir + "\n" + string(log)
	c.mu.Lock()
	names, ok := c.parsed[key]
	c.mu.Unlock()
	if !ok {
		var err error
		if names, err = inputNames(log, t.dir, t.root, c.ours); err != nil {
			return nil, err
		}
		c.mu.Lock()
		if len(c.parsed) >= maxLogs {
			clear(c.parsed)
		}
		c.parsed[key] = names
		c.mu.Unlock()
	}
	state, err := inputsState(names, env, started)
	if err != nil {
		return nil, err
	}
	return newInputs(names, state), nil
}

// ours reports whether a file is one that orchtest gave to the process.
func (c *cache) ours(path string) bool {
	return inFolder(path, c.r.temp) || strings.HasPrefix(path, filepath.Join(memoryFolder, "orchtest-"))
}

// note takes note that something was written, or why it was not.
func (c *cache) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wrote = true
	if c.failed == nil {
		c.failed = err
	}
}

// close trims the cache if something was added, and says what could not be.
func (c *cache) close() error {
	c.r.testLogs.close()
	if c.wrote && c.failed == nil {
		c.failed = trimCache(c.folder, c.r.Now())
	}
	if c.failed != nil {
		fmt.Fprintf(c.r.Stderr, "orchtest: result cache: %v: not all results are kept; ORCHTEST_CACHE names another folder, or is off\n", c.failed)
	}
	return nil
}
