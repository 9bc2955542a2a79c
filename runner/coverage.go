package runner

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// coverage is what -cover asks for: the profile of the plan run and of all scenarios. Go test writes the
// former; each process of a scenario writes one of its own, which is added and removed when it ends.
// A nil coverage does nothing.
type coverage struct {
	plan     string // the file that go test writes
	outside  bool   // also the code of other packages is measured, under -coverpkg
	report   *reportFile
	folder   string
	folders  chan *coverFolder // for scenarios, one for each that runs at the same time
	mu       sync.Mutex
	packages map[string]*profile // of the scenarios
}

// newCoverage finds out, before any test is run, whether the file can be written. name may be "".
func newCoverage(temp string, parallel int, name string, outside bool) (*coverage, error) {
	report, err := openReport("-coverprofile", name)
	if err != nil {
		return nil, err
	}
	c := &coverage{
		plan: filepath.Join(temp, "cover.out"), outside: outside, report: report,
		folders: make(chan *coverFolder, parallel), packages: map[string]*profile{},
	}
	// As for the turns, memory is much quicker than a disk.
	c.folder, err = os.MkdirTemp(memoryFolder, "orchtest-cover-")
	if err != nil {
		c.folder, err = os.MkdirTemp(temp, "cover-")
	}
	for i := range parallel {
		f := &coverFolder{file: filepath.Join(c.folder, fmt.Sprint(i, ".out")), counters: filepath.Join(c.folder, fmt.Sprint(i))}
		err = cmp.Or(err, os.Mkdir(f.counters, 0o777))
		c.folders <- f
	}
	if err != nil {
		c.close()
		return nil, fmt.Errorf("temporary folder: %w", err)
	}
	return c, nil
}

func (c *coverage) close() {
	os.RemoveAll(c.folder)
	if c.report != nil {
		c.report.discard()
	}
}

// A coverFolder is where a scenario's process leaves what it has counted. A nil one is for a process
// that counts nothing.
type coverFolder struct {
	file     string // its profile
	counters string // the folder in which the runtime leaves the counters, of which that is made
}

// take returns a folder without a profile. It is to be given back.
func (c *coverage) take() *coverFolder {
	if c == nil {
		return nil
	}
	return <-c.folders
}

func (c *coverage) giveBack(f *coverFolder) {
	if c != nil {
		c.folders <- f
	}
}

func (f *coverFolder) args() []string {
	if f == nil {
		return nil
	}
	return []string{"-test.coverprofile=" + f.file, "-test.gocoverdir=" + f.counters}
}

func (f *coverFolder) env() []string {
	if f == nil {
		return nil
	}
	return []string{"GOCOVERDIR=" + f.counters} // for programs that the test builds and runs
}

// profile returns the profile that a process has left, and removes what else it has. What describes the
// blocks of a program stays for the next process of the same one.
func (f *coverFolder) profile() []byte {
	if f == nil {
		return nil
	}
	text, err := os.ReadFile(f.file)
	if err != nil {
		text = nil // it was killed, or has crashed
	}
	os.Remove(f.file)
	entries, _ := os.ReadDir(f.counters)
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "covmeta.") {
			os.RemoveAll(filepath.Join(f.counters, entry.Name()))
		}
	}
	return text
}

// add adds the profile of a scenario of a package. One that was not written to its end says nothing.
func (c *coverage) add(pkg string, text []byte) {
	if c == nil || text == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.packages[pkg]
	if p == nil {
		p = &profile{}
		c.packages[pkg] = p
	}
	p.add(text)
}

// percentage is how the testing package and go test tell the coverage.
var percentage = regexp.MustCompile(`(^|\t)coverage: (\d+\.\d%) of statements`)

// line returns a line that tells the coverage of a package's tests, with that of the scenarios. It is as
// it was if it cannot be told which part of the profile is that of the package's plan run.
func (c *coverage) line(pkg, line string) string {
	match := percentage.FindStringSubmatchIndex(line)
	if match == nil {
		return line
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	scenarios := c.packages[pkg]
	if scenarios == nil {
		return line
	}
	planned := line[match[4]:match[5]]
	both := c.planOf(pkg, planned)
	if both == nil || both.merge(scenarios) != nil {
		return line
	}
	return line[:match[4]] + both.percent() + line[match[5]:]
}

// planOf returns the profile of a package's plan run, which has covered as much as percent says. It is
// nil if that cannot be told.
func (c *coverage) planOf(pkg, percent string) *profile {
	text, err := os.ReadFile(c.plan)
	if err != nil {
		return nil
	}
	mode, lines, err := cutMode(text)
	if err != nil {
		return nil
	}
	parts := segments(lines)
	if !c.outside {
		parts = [][]byte{ofPackage(lines, pkg)}
	}
	var found *profile
	for _, part := range parts {
		p := &profile{}
		if p.add(slices.Concat([]byte("mode: "+mode+"\n"), part)) != nil {
			return nil
		}
		switch {
		case p.percent() != percent:
		case found != nil:
			return nil // either may be meant
		default:
			found = p
		}
	}
	return found
}

// segments takes the blocks of a profile under -coverpkg apart: go test puts that of each package's tests
// behind the one before, and all have the same blocks in the same order.
func segments(lines []byte) [][]byte {
	var parts [][]byte
	seen := map[string]bool{}
	begin, end := 0, 0
	for line := range bytes.Lines(lines) {
		key, _, _, _ := cutBlock(bytes.TrimSuffix(line, []byte("\n")))
		if seen[string(key)] {
			parts = append(parts, lines[begin:end])
			begin = end
			clear(seen)
		}
		seen[string(key)] = true
		end += len(line)
	}
	return append(parts, lines[begin:end])
}

// ofPackage returns the blocks of the files of a package.
func ofPackage(lines []byte, pkg string) []byte {
	if pkg == commandLine {
		return lines
	}
	var own []byte
	for line := range bytes.Lines(lines) {
		if path.Dir(string(fileOf(line))) == pkg {
			own = append(own, line...)
		}
	}
	return own
}

// write writes the profile of everything, unless go test has written none.
func (c *coverage) write() error {
	if c == nil || c.report == nil {
		return nil
	}
	text, err := os.ReadFile(c.plan)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1] // it may have been interrupted
	if err == nil && len(text) > 0 && len(c.packages) > 0 {
		text, err = c.union(text)
	}
	if err != nil {
		return fmt.Errorf("-coverprofile %s: %w", c.report.name, err)
	}
	c.report.w.Write(originals(text)) // an error comes back from commit
	return c.report.commit()
}

// union is the plan run's profile with those of all scenarios.
func (c *coverage) union(plan []byte) ([]byte, error) {
	all := &profile{}
	if err := all.add(plan); err != nil {
		return nil, err
	}
	for _, pkg := range slices.Sorted(maps.Keys(c.packages)) {
		if err := all.merge(c.packages[pkg]); err != nil {
			return nil, err
		}
	}
	return all.text(), nil
}

// profilePath is where the user wants the profile: as go test has it, in -outputdir or else where the go
// command runs. It is "" where none is wanted.
func (r *run) profilePath() string {
	name := r.goArgs.coverProfile
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	dir := ""
	for _, arg := range r.goArgs.test {
		if value, ok := strings.CutPrefix(arg, "-outputdir="); ok {
			dir = value
		}
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(r.Dir, dir)
	}
	return filepath.Join(dir, name)
}
