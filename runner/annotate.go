package runner

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// An annotator makes annotations of what fails: for a test or scenario at the line that its output names last, or
// where it panicked; else at the syncpoint of the turn in which it failed. What fails because a subtest or a
// scenario of it did has none.
type annotator struct {
	roots  []string                // the paths of the repository
	dir    string                  // that the compiler's paths are relative to
	folder func(pkg string) string // of a package; "" where it is not known

	running map[testName]*clues
	below   map[testName]bool // tests below which one failed, that have not ended
	builds  map[string][]annotation

	mu    sync.Mutex
	ready map[testName][]annotation // by what failed; Test is empty for a package
}

// newAnnotator takes the folder in which the go command is run, which is in the repository if that is where GitHub
// has put it.
func newAnnotator(workspace, dir string, folder func(pkg string) string) *annotator {
	root := dir
	if rel, err := filepath.Rel(workspace, dir); workspace != "" && err == nil && filepath.IsLocal(rel) {
		root = workspace
	}
	roots := []string{root}
	if path, err := filepath.EvalSymlinks(root); err == nil && path != root {
		roots = append(roots, path)
	}
	return &annotator{
		roots: roots, dir: dir, folder: folder, running: map[testName]*clues{}, below: map[testName]bool{},
		builds: map[string][]annotation{}, ready: map[testName][]annotation{},
	}
}

// event takes the next event.
func (a *annotator) event(e parse.Event) {
	name := testName{e.Package, e.Test}
	switch {
	case e.Action == parse.ActionBuildOutput:
		a.built(e)
	case e.Test == "" && e.Action == parse.ActionFail && e.FailedBuild != "":
		a.add(name, a.builds[e.FailedBuild]...)
	case e.Test == "":
	case e.Action == parse.ActionRun:
		a.running[name] = &clues{}
	case a.running[name] == nil: // it has ended, or was never begun
	case e.Action == parse.ActionOutput:
		a.running[name].read(e.Output, a.within)
	case e.Scenario != nil:
		a.running[name].scenario = e.Scenario
	case e.Key == protocol.AttrFinding:
		found := &protocol.HuntFound{}
		if json.Unmarshal([]byte(e.Value), found) == nil {
			a.running[name].found = found
		}
	case e.Action == parse.ActionFail:
		if !a.below[name] {
			a.add(name, a.annotation(name))
		}
		for parent := range parents(e.Test) {
			a.below[testName{e.Package, parent}] = true
		}
	}
	if e.Test != "" && e.Ends() {
		delete(a.running, name)
		delete(a.below, name)
	}
}

func (a *annotator) add(name testName, all ...annotation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(all) > 0 {
		a.ready[name] = all
	}
}

// take returns the annotations of what failed, once.
func (a *annotator) take(name testName) []annotation {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := a.ready[name]
	delete(a.ready, name)
	return all
}

var compilerLine = regexp.MustCompile(`^(?:vet: )?(\S.*\.go):(\d+):(?:\d+:)? (.*)`)

// built takes what the compiler says.
func (a *annotator) built(e parse.Event) {
	if m := compilerLine.FindStringSubmatch(e.Output); m != nil {
		if file, ok := a.within(filepath.Join(a.dir, m[1])); ok || filepath.IsAbs(m[1]) {
			a.builds[e.ImportPath] = append(a.builds[e.ImportPath], annotation{file, number(m[2]), "build failed", m[3]})
		}
	}
}

// annotation is that of a test that failed.
func (a *annotator) annotation(name testName) annotation {
	c := a.running[name]
	if s := c.scenario; s != nil && c.file == "" {
		// That of the serial scenario was printed by the test itself.
		if up := a.running[testName{name.pkg, name.test[:strings.LastIndexByte(name.test, '/')]}]; up != nil && up.file != "" {
			above := *up
			above.scenario, c = s, &above
		}
	}
	out := annotation{title: name.test, message: c.message, line: c.line}
	switch {
	case filepath.IsAbs(c.file):
		out.file, _ = a.within(c.file)
	case c.file != "":
		path := filepath.Join(a.folder(name.pkg), c.file)
		if _, err := os.Stat(path); err == nil { // the testing package names files of its own, too
			out.file, _ = a.within(path)
		}
	}
	if s := c.scenario; s != nil {
		if out.file == "" {
			path, line := failedAt(s)
			out.file, _ = a.within(path)
			out.line = line
		}
		if out.message == "" {
			out.message = "the scenario failed"
		}
		out.message += "\nreplay: " + s.Replay
	}
	if f := c.found; f != nil {
		if out.file == "" {
			out.file, _ = a.within(f.File)
			out.line = f.Line
		}
		if out.message == "" {
			out.message = f.Text
		}
		out.message += "\nreplay: " + f.Replay
	}
	if out.message == "" {
		out.message = "the test failed"
	}
	return out
}

// failedAt is where the turn in which a scenario failed came to its end, or began, as far as that is known: else where
// the call stands.
func failedAt(s *protocol.Scenario) (file string, line int) {
	if i := s.FailedTurn; i >= 0 && i < len(s.Turns) {
		thread := s.Turns[i].Thread
		for ; i >= 0; i-- {
			if t := s.Turns[i]; t.Thread == thread && t.File != "" {
				return t.File, t.Line
			}
		}
	}
	return s.File, s.Line
}

// within returns a file's path in the repository, if it is of it.
func (a *annotator) within(file string) (string, bool) {
	for _, root := range a.roots {
		if rel, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel), true
		}
	}
	return "", false
}

// clues are what the output of a test, as far as it has come, says of where it failed.
type clues struct {
	file    string
	line    int
	message string
	indent  string // of the line that names the place
	open    bool   // the message may go on in the next line

	crashed  bool // it names a goroutine's stack, which tells more
	placed   bool // by that stack
	scenario *protocol.Scenario
	found    *protocol.HuntFound // of a hunt
}

var (
	logLine   = regexp.MustCompile(`^( *)([^\s:/\\]+\.go):(\d+): ?(.*)`)
	frameLine = regexp.MustCompile(`^\s+(\S.*\.go):(\d+)(?: \+0x[0-9a-f]+)?$`)
)

// longestMessage is how much of a message is kept, in bytes: GitHub shows a few lines.
const longestMessage = 2 << 10

// read takes a line of output.
func (c *clues) read(output string, within func(string) (string, bool)) {
	output = strings.TrimRight(output, "\r\n")
	goesOn := c.open
	c.open = false
	switch m := logLine.FindStringSubmatch(output); {
	case strings.HasPrefix(output, "panic: ") || strings.HasPrefix(output, "WARNING: DATA RACE"):
		if !c.crashed {
			c.crashed, c.message = true, output
		}
	case c.crashed:
		if m := frameLine.FindStringSubmatch(output); m != nil && !c.placed {
			if _, ok := within(m[1]); ok {
				c.file, c.line, c.placed = m[1], number(m[2]), true
			}
		}
	case m != nil:
		c.indent, c.file, c.line, c.message, c.open = m[1], m[2], number(m[3]), m[4], true
	case goesOn && strings.HasPrefix(output, c.indent+"    ") && len(c.message) < longestMessage:
		c.message, c.open = c.message+"\n"+strings.TrimPrefix(output, c.indent+"    "), true
	case strings.HasPrefix(output, indentation+"deadlock: ") && c.message == "":
		c.message, c.indent, c.open = strings.TrimPrefix(output, indentation), "  ", true
	case strings.HasPrefix(output, indentation+"scenario ") && c.message == "":
		c.message = strings.TrimPrefix(output, indentation)
	}
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// annotator makes the annotations where the format has any; else it is nil.
func (r *run) annotator() *annotator {
	if r.Format != "github-actions" {
		return nil
	}
	folders := map[string]string{}
	workspace, _ := lookup(r.Env, "GITHUB_WORKSPACE")
	return newAnnotator(workspace, r.Dir, func(pkg string) string {
		if _, known := folders[pkg]; !known {
			found, _ := r.listPackages(r.ctx, false, r.patternsOf(pkg)...) // without it the annotation names no file
			folders[pkg] = found[pkg].dir
		}
		return folders[pkg]
	})
}
