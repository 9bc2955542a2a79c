package runner

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/orchtest/orchtest/record"
)

// What a scenario depends on outside of its process is found out as go test does it, and the same rules hold
// (cmd/go/internal/test, computeTestInputsID): the package os logs, where -test.testlogfile asks for it, which
// environment variables are read and which files are looked at. Files outside of the module are taken to stay
// as they are, and a file that has only just been written is not trusted.

// settled is how old a file has to be so that a further change shows in its time.
const settled = 2 * time.Second

// testLogHeader is the first line of a log that was begun, and so written to its end: it is written at once.
const testLogHeader = "# test log\n"

// inputNames reads the log of a process that ran in a folder of a module: it returns the variables and files,
// sorted, each once. What orchtest itself has set is left out.
func inputNames(log []byte, dir, root string, ours func(path string) bool) ([]string, error) {
	text, ok := bytes.CutPrefix(log, []byte(testLogHeader))
	if !ok || log[len(log)-1] != '\n' {
		return nil, errors.New("the log of what the test has looked at is not whole")
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		op, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case op == "getenv":
			if !slices.Contains(ownVariables, name) {
				names = append(names, "env "+name)
			}
			continue
		case op != "chdir" && op != "stat" && op != "open":
			return nil, fmt.Errorf("the log of what the test has looked at is not understood: %q", line)
		case !filepath.IsAbs(name):
			name = filepath.Join(dir, name)
		}
		if op == "chdir" {
			dir, op = name, "stat"
		}
		if inFolder(name, root) && !ours(name) {
			names = append(names, op+" "+filepath.Clean(name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// inFolder reports whether a path is in a folder, also where symbolic links lead there.
func inFolder(path, folder string) bool {
	in := func(path, folder string) bool {
		rel, err := filepath.Rel(folder, path)
		return err == nil && filepath.IsLocal(rel)
	}
	real, err := filepath.EvalSymlinks(folder)
	if in(path, folder) || (err == nil && in(path, real)) {
		return true
	}
	path, err = filepath.EvalSymlinks(path)
	return err == nil && (in(path, folder) || in(path, real))
}

// inputsState returns a hash of what inputs are in an environment. It is an error if one of the files was written
// shortly before a time, or later: what is there now may not be what was read.
func inputsState(names, env []string, before time.Time) (string, error) {
	h := sha256.New()
	variable := func(name string) {
		value, set := lookup(env, name)
		fmt.Fprintf(h, "env %s %v %q\n", name, set, value)
	}
	variable("GODEBUG") // the runtime reads it without telling
	for _, name := range names {
		kind, name, _ := strings.Cut(name, " ")
		switch kind {
		case "env":
			variable(name)
		case "stat":
			info, err := os.Stat(name)
			fmt.Fprintf(h, "stat %s %s\n", name, statText(info, err))
			info, err = os.Lstat(name)
			fmt.Fprintf(h, "%s\n", statText(info, err))
		case "open":
			fmt.Fprintf(h, "open %s\n", name)
			if err := hashOpen(h, name, before); err != nil {
				return "", err
			}
		default:
			return "", fmt.Errorf("%q is no input", kind)
		}
	}
	return sum(h), nil
}

// hashOpen adds what a file is that was opened: a folder with all that is in it, of any other file its size and
// time. Its contents may be very large.
func hashOpen(h io.Writer, name string, before time.Time) error {
	info, err := os.Stat(name)
	fmt.Fprintln(h, statText(info, err))
	switch {
	case err != nil:
	case info.IsDir():
		entries, err := os.ReadDir(name)
		fmt.Fprintln(h, len(entries), err)
		for _, entry := range entries {
			info, err := entry.Info()
			fmt.Fprintf(h, "%s %s\n", entry.Name(), statText(info, err))
		}
	case info.Mode().IsRegular() && before.Sub(info.ModTime()) < settled:
		return fmt.Errorf("%s: it was only just written", name)
	}
	return nil
}

func statText(info fs.FileInfo, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %x %d %v", info.Size(), uint64(info.Mode()), info.ModTime().UnixNano(), info.IsDir())
}

// newInputs returns what is written down of inputs that are in a state.
func newInputs(names []string, state string) *record.Inputs {
	h := sha256.New()
	fmt.Fprintf(h, "%q %s", names, state)
	return &record.Inputs{ID: sum(h), Names: names, State: state}
}

// testLogs are the files to which processes write what they look at, one for each that runs at once. They
// are in memory where that is possible, as those of the turns are.
type testLogs struct {
	folder string
	names  chan string
}

func newTestLogs(temp string, n int) (*testLogs, error) {
	folder, err := os.MkdirTemp(memoryFolder, "orchtest-inputs-")
	if err != nil {
		folder, err = os.MkdirTemp(temp, "inputs-")
	}
	if err != nil {
		return nil, fmt.Errorf("temporary folder: %w", err)
	}
	l := &testLogs{folder, make(chan string, n)}
	for i := range n {
		l.names <- filepath.Join(folder, fmt.Sprint(i))
	}
	return l, nil
}

// take returns the name of a file that is not there, or "" if l is nil. It is to be given back.
func (l *testLogs) take() string {
	if l == nil {
		return ""
	}
	return <-l.names
}

// giveBack returns what was written to the file, and removes it.
func (l *testLogs) giveBack(name string) []byte {
	if l == nil {
		return nil
	}
	defer func() { l.names <- name }()
	defer os.Remove(name)
	text, err := os.ReadFile(name)
	if err != nil {
		return nil // the process ended before it began
	}
	return text
}

func (l *testLogs) close() {
	if l != nil {
		os.RemoveAll(l.folder)
	}
}
