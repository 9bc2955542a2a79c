package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
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
	if err := h.listTested(); err != nil {
		return err
	}
	return h.rewrite(nil)
}

// listTested lists the packages that are to be hunted.
func (h *hunt) listTested() error {
	args := slices.Concat([]string{"list", "-e", "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles,Error"}, h.buildFlags(), []string{"--"},
		h.goArgs.patterns(h.Packages))
	out, failure, err := h.goOutput(h.ctx, args...)
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	if failure != "" {
		return usagef("go list: %s", failure)
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Dir           string
			TestGoFiles, XTestGoFiles []string
			Error                     *struct{ Err string }
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("go list: %w", err)
		}
		if p.Dir == "" && p.Error != nil {
			return usagef("%s", strings.TrimSpace(p.Error.Err))
		}
		h.packages = append(h.packages, &huntPackage{
			name: p.ImportPath, dir: p.Dir, hasTests: p.Error != nil || len(p.TestGoFiles)+len(p.XTestGoFiles) > 0,
			file: fmt.Sprintf("%d.test", len(h.packages)),
		})
	}
	if len(h.packages) == 0 {
		return usagef("%s: no packages", strings.Join(h.goArgs.patterns(h.Packages), " "))
	}
	return nil
}

// buildAll builds the test binaries of all packages, several at once, and lists their tests.
func (h *hunt) buildAll() error {
	broken := h.each(h.buildRewritten)
	if len(broken) > 0 && h.ctx.Err() == nil {
		// What is rewritten and does not build is left as it is; of the others, more may be hunted.
		if err := h.rewrite(broken); err != nil {
			return err
		}
		h.each(h.buildRewritten)
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

// buildRewritten builds the rewritten test binary of a package, unless it is there. It returns the packages that do
// not build, and why.
func (h *hunt) buildRewritten(p *huntPackage) map[string]string {
	if p.path != "" {
		return nil
	}
	path := filepath.Join(h.temp, p.file)
	events, wrong, err := h.goBuild(p, path, h.overlay)
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
	events, wrong, err := h.goBuild(p, path, h.goArgs.overlay)
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ctx.Err() != nil:
	case err != nil:
		h.unrun(p, err)
	case wrong != "":
		h.unbuilt(p, events, wrong)
	default:
		p.path = path
	}
	return nil
}

// goBuild builds a test binary. It returns what go says in events, and in words what is wrong with the package.
func (h *hunt) goBuild(p *huntPackage, path, overlay string) (events []parse.Event, wrong string, err error) {
	args := slices.Concat([]string{"test", "-c", "-json", "-vet=off", "-o", path}, h.goArgs.build)
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	if h.goArgs.toolexec != "" {
		args = append(args, "-toolexec="+h.goArgs.toolexec)
	}
	out, failure, err := h.goOutput(h.ctx, append(args, h.patternsOf(p.name)...)...)
	if err != nil || failure == "" {
		return nil, "", err
	}
	var text strings.Builder
	reader := &eventReader{
		event: func(e parse.Event) {
			events = append(events, e)
			text.WriteString(e.Output)
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
