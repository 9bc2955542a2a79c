package runner

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A huntPackage is a package whose tests are hunted.
type huntPackage struct {
	name, dir string
	hasTests  bool
	file      string // name of the test binary
	path      string // of the test binary; "" as long as there is none
	asItIs    string // why that is not rewritten; "" if it is, as far as it could be
	tests     []*huntTest

	// What follows is guarded by run.mu.
	started bool // the stream has its beginning
	failed  bool
	build   string    // what did not build; "" if all did
	any     bool      // a test of it is in the stream
	over    bool      // its end is in the stream
	began   time.Time // of its first test
	ended   time.Time // of its last one
}

// prepare finds out which packages there are, and has their code rewritten.
func (h *hunt) prepare() error {
	if err := h.rewrite(nil); err != nil {
		return err
	}
	for i, p := range h.rewritten.Tested {
		h.packages = append(h.packages, &huntPackage{
			name: p.ImportPath, dir: p.Dir, hasTests: p.Error != nil || len(p.TestGoFiles)+len(p.XTestGoFiles) > 0,
			file: fmt.Sprintf("%d.test", i),
		})
	}
	return nil
}

// buildAll builds the test binaries of all packages, and lists their tests.
func (h *hunt) buildAll() error {
	broken, err := h.buildRewritten()
	if err == nil && len(broken) > 0 && h.ctx.Err() == nil {
		// What is rewritten and does not build is left as it is; of the others, more may be hunted.
		if err = h.rewrite(broken); err == nil {
			_, err = h.buildRewritten()
		}
	}
	if err != nil {
		return err
	}
	h.each(h.buildAsItIs)
	if h.ctx.Err() != nil {
		return context.Cause(h.ctx)
	}
	h.tellAsItIs()
	h.each(func(p *huntPackage) map[string]string {
		if p.path != "" {
			h.listTests(p)
		}
		return nil
	})
	for _, p := range h.packages {
		h.tests = append(h.tests, p.tests...)
	}
	return nil
}

// each does something with all packages that have tests, several at once, and returns what they return together.
func (h *hunt) each(f func(*huntPackage) map[string]string) map[string]string {
	together := map[string]string{}
	var running sync.WaitGroup
	for _, p := range h.packages {
		if !p.hasTests || h.ctx.Err() != nil {
			continue
		}
		running.Add(1)
		h.slots.run(func() {
			defer running.Done()
			found := f(p)
			h.mu.Lock()
			defer h.mu.Unlock()
			maps.Copy(together, found)
		})
	}
	running.Wait()
	return together
}

// buildRewritten builds the rewritten test binaries that are not there yet: as many as can be at once, since each go
// command takes a while to find out what there is to do; and by itself what failed, which shows whose fault it is. It
// returns the packages that do not build, and why.
func (h *hunt) buildRewritten() (broken map[string]string, err error) {
	for _, packages := range together(h.packages) {
		if err := h.buildTogether(packages); err != nil {
			return nil, err
		}
	}
	return h.each(h.buildAlone), nil
}

// buildTogether builds the rewritten test binaries of packages. One that does not build keeps no other from it.
func (h *hunt) buildTogether(packages []*huntPackage) error {
	folder, err := os.MkdirTemp(h.temp, "tests-")
	if err != nil {
		return fmt.Errorf("temporary folder: %w", err)
	}
	patterns := make([]string, len(packages))
	for i, p := range packages {
		patterns[i] = p.name
	}
	h.goOutput(h.ctx, h.buildArgs(folder, h.rewritten.Overlay, patterns)...) // what is not there then is built alone
	if h.ctx.Err() != nil {
		return nil
	}
	for _, p := range packages {
		if path := filepath.Join(folder, binaryName(p.name)+".test"+exeSuffix()); isFile(path) {
			p.path, p.asItIs = path, ""
		}
	}
	return nil
}

// mostTogether is how many packages one command builds: a command line has a limit.
const mostTogether = 200

// together shares out packages of which there is no test binary among go commands that build several: in each, all
// binaries have names of their own.
func together(packages []*huntPackage) (several [][]*huntPackage) {
	var taken []map[string]bool
	for _, p := range packages {
		if !p.hasTests || p.path != "" || p.name == commandLine {
			continue
		}
		name := strings.ToLower(binaryName(p.name)) // some file systems know no difference
		i := slices.IndexFunc(taken, func(names map[string]bool) bool { return !names[name] && len(names) < mostTogether })
		if i < 0 {
			i, taken, several = len(taken), append(taken, map[string]bool{}), append(several, nil)
		}
		taken[i][name] = true
		several[i] = append(several[i], p)
	}
	return slices.DeleteFunc(several, func(packages []*huntPackage) bool { return len(packages) < 2 })
}

var version = regexp.MustCompile(`^v([2-9]|[1-9][0-9]+)$`)

// binaryName is what the go command calls a package's binary: the last element of its path that is no version.
func binaryName(importPath string) string {
	if dir, last := path.Split(importPath); dir != "" && version.MatchString(last) {
		return path.Base(dir)
	}
	return path.Base(importPath)
}

func exeSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// buildAlone builds the rewritten test binary of a package, unless it is there. It returns the packages that do
// not build, and why.
func (h *hunt) buildAlone(p *huntPackage) map[string]string {
	if p.path != "" {
		return nil
	}
	path := filepath.Join(h.temp, p.file)
	events, wrong, err := h.goBuild(p, path, h.rewritten.Overlay)
	switch {
	case err != nil || h.ctx.Err() != nil:
		return nil // buildAsItIs tells
	case wrong != "":
		p.asItIs = "it does not build rewritten: " + firstError(wrong)
		return h.blame(p.name, events, wrong)
	}
	p.path, p.asItIs = path, ""
	return nil
}

// buildAsItIs builds the test binary of a package that did not build rewritten.
func (h *hunt) buildAsItIs(p *huntPackage) map[string]string {
	if p.path != "" {
		return nil
	}
	path := filepath.Join(h.temp, p.file)
	events, wrong, err := h.goBuild(p, path, "")
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ctx.Err() != nil:
	case err != nil:
		h.unrun(p, err)
	case wrong != "":
		h.unbuildable[p.name] = true
		for _, e := range events {
			h.unbuildable[tested(e.ImportPath)] = true
		}
		h.unbuilt(p, events, wrong)
	default:
		p.path = path
	}
	return nil
}

// buildArgs are those of the go command to build test binaries into a folder, or one into a file. The overlay takes the
// place of the user's own, unless it is "".
func (h *hunt) buildArgs(into, overlay string, patterns []string) []string {
	args := []string{"test", "-c", "-json", "-vet=off", "-o", into}
	args = slices.Concat(args, h.linkFlags(), h.buildFlags())
	if overlay != "" {
		args = append(args, "-overlay="+overlay) // the last one counts
	}
	return append(args, patterns...)
}

// goBuild builds a test binary. It returns what go says of the build in events, and in words what is wrong with the
// package.
func (h *hunt) goBuild(p *huntPackage, path, overlay string) (events []parse.Event, wrong string, err error) {
	out, failure, err := h.goOutput(h.ctx, h.buildArgs(path, overlay, h.patternsOf(p.name))...)
	if err != nil || failure == "" {
		return nil, "", err
	}
	var text strings.Builder
	reader := &eventReader{
		event: func(e parse.Event) {
			if e.ImportPath != "" { // else it ends the package, which is done here
				events = append(events, e)
				text.WriteString(e.Output)
			}
		},
		other: func(line []byte) { fmt.Fprintf(&text, "%s\n", line) },
	}
	reader.Write(out)
	reader.close()
	if text.Len() == 0 {
		text.WriteString(failure)
	}
	return events, text.String(), nil
}

// firstError is the first line of what a compiler says that is of an error.
func firstError(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return strings.TrimSpace(text)
}

// listTests asks the test binary of a package for its tests, and takes those that are selected.
func (h *hunt) listTests(p *huntPackage) {
	var out outputBuffer
	e, err := h.executor.execute(h.ctx, command{
		path: p.path, dir: p.dir, args: slices.Concat([]string{"-test.list=^Test"}, h.goArgs.own),
		env: append(without(h.sharedEnv(), protocol.EnvMode), "PWD="+p.dir), output: writer(out.add), limit: h.o.ScheduleTimeout,
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.startPackage(p)
	switch {
	case h.ctx.Err() != nil:
		return
	case err != nil:
		h.unrun(p, err)
		return
	case e.status != "":
		h.failPackage(p, fmt.Sprintf("%s\nits tests could not be listed: %s\n", strings.TrimSpace(out.text()), e.status))
		return
	}
	for _, name := range hunting.TestNames(out.text()) {
		if pattern := h.selection.Pattern(name); pattern != "" && !h.skipped.All(name) {
			t := &huntTest{pkg: p, name: name, pattern: pattern}
			h.place(t)
			p.tests = append(p.tests, t)
		}
	}
}

// A writer is an io.Writer that never fails.
type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}
