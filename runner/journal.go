package runner

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/record"
)

// A journal is the file of --resume: all that a run has come to so far. A further run with the same file goes on
// from there, if tests and flags are the same.
type journal struct {
	name string
	file *os.File
	lock *flock.Flock // of a file beside it: two runs would write over each other

	// What an earlier run has left.
	scenarios int                      // that were done
	steps     map[record.Call][]noted  // in their order
	events    map[string][]parse.Event // of the plan run, by package, where that came to its end
	begun     map[string][]parse.Event // where it did not

	mu     sync.Mutex
	writer record.Writer
}

// openJournal opens the file, or begins one. It is an error if what is there is of another run.
func (r *run) openJournal(name string) (*journal, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("--resume %s: %w: name a file that can be written", name, errors.Unwrap(err))
	}
	lock := flock.New(name + ".lock")
	locked, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, errors.Join(fmt.Errorf("--resume %s: %w", name, err), file.Close())
	case !locked:
		return nil, errors.Join(usagef("--resume %s: another orchtest is writing to it: wait for its end, or name another file", name), file.Close())
	}
	j := &journal{
		name: name, file: file, lock: lock, writer: record.Writer{W: file},
		steps: map[record.Call][]noted{}, events: map[string][]parse.Event{}, begun: map[string][]parse.Event{},
	}
	if err := r.goOn(j); err != nil {
		return nil, errors.Join(err, file.Close(), j.unlock())
	}
	return j, nil
}

// goOn reads what there is of a run, and finds out which packages are left to be tested.
func (r *run) goOn(j *journal) error {
	header, good, err := record.Read(j.file, record.Journal, j.read)
	if wrong := new(record.WrongHeaderError); errors.As(err, &wrong) || (header == nil && j.isOther()) {
		return usagef("--resume %s: it is not a journal that this orchtest can go on with: name another file", j.name)
	} else if err != nil {
		return fmt.Errorf("--resume %s: %w", j.name, err)
	}
	if header != nil {
		if err := r.compareFlags(j.name, header); err != nil {
			return err
		}
	}
	packages, err := r.listPackages(r.ctx, true, append([]string{"-e"}, r.goArgs.patterns(r.Packages)...)...)
	if err != nil {
		return err
	}
	if header != nil {
		err = compareBinaries(j.name, header.Binaries, binaries(packages))
	}
	if err == nil {
		err = j.file.Truncate(good) // of what is behind it nobody knows what it is
	}
	if err == nil {
		_, err = j.file.Seek(good, io.SeekStart)
	}
	if err != nil {
		return err
	}
	if header == nil {
		j.writer.Header(record.Header{Kind: record.Journal, Seed: r.Seed, Run: r.flags(), Binaries: binaries(packages)})
		return j.writer.Err
	}
	r.Seed = header.Seed
	r.rest = j.left(packages)
	fmt.Fprintf(r.Stderr, "orchtest: --resume %s: %d scenarios are done\n", j.name, j.scenarios)
	return nil
}

// isOther reports whether a file whose first line is not whole is not one that was just begun.
func (j *journal) isOther() bool {
	const begins = `{"version":1,"kind":"journal"`
	text := make([]byte, len(begins))
	n, err := j.file.ReadAt(text, 0)
	return (err != nil && err != io.EOF) || string(text[:n]) != begins[:n]
}

// read takes a line of an earlier run.
func (j *journal) read(l record.Line, first, end int64) {
	switch {
	case l.Event != nil:
		if e, err := parse.Decode(l.Event); err == nil {
			j.readEvent(e)
		}
	case l.Given != nil:
		j.steps[l.Given.Call] = append(j.steps[l.Given.Call], noted{sequence: l.Given.Sequence, first: first, end: end})
	case l.Done != nil:
		j.scenarios++
		j.steps[l.Done.Call] = append(j.steps[l.Done.Call], noted{l.Done.Sequence, true, l.Done.Corrects, first, end})
	}
}

func (j *journal) readEvent(e parse.Event) {
	pkg := e.Package
	if e.Action == parse.ActionStart {
		j.begun[pkg] = nil
	}
	j.begun[pkg] = append(j.begun[pkg], e)
	if e.Test == "" && e.Ends() && e.FailedBuild == "" {
		j.events[pkg] = j.begun[pkg]
		delete(j.begun, pkg)
	}
}

// left returns the packages whose tests have not come to their end, or nil if all are to be tested.
func (j *journal) left(packages map[string]packageInfo) []string {
	if len(j.events) == 0 {
		return nil
	}
	left := []string{}
	for path, p := range packages {
		if j.events[path] == nil && !p.forTest && path != commandLine {
			left = append(left, path)
		}
	}
	slices.Sort(left)
	return left
}

// binaries returns what stands for the test binary of each package that has one.
func binaries(packages map[string]packageInfo) map[string]string {
	all := map[string]string{}
	for path, p := range packages {
		if p.binary != "" {
			all[path] = p.binary
		}
	}
	return all
}

// flags are what makes a run the same as another one, with the values that it has, as the user knows them.
func (r *run) flags() map[string]string {
	variable := func(name string) string {
		value, _ := lookup(r.Env, name)
		return value
	}
	limit := strconv.Itoa(r.MaxScenarios)
	if r.MaxScenarios == math.MaxInt {
		limit = "" // none
	}
	all := map[string]string{
		"the folder":         r.Dir,
		"packages":           strings.Join(r.goArgs.patterns(r.Packages), " "),
		"--":                 strings.Join(r.GoArgs, " "),
		"GOFLAGS":            r.goEnv()["GOFLAGS"],
		"--run":              r.Run,
		"--explore":          r.Explore,
		"--isolation":        r.Isolation,
		"--depth":            strconv.Itoa(r.Depth),
		"--max-scenarios":    limit,
		"--keep-going":       strconv.FormatBool(r.KeepGoing),
		"--scenario-timeout": r.ScenarioTimeout.String(),
		"--turn-timeout":     variable(protocol.EnvTurnTimeout),
		"--deadlock-window":  variable(protocol.EnvDeadlockWindow),
		"--fail-on-leak":     variable(protocol.EnvFailOnLeak),
	}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

const beginAnew = "give the same ones, or remove the file to begin anew"

// compareFlags finds a difference between the run and the one that has begun the journal.
func (r *run) compareFlags(name string, h *record.Header) error {
	now := r.flags()
	for flag := range mapsKeys(now, h.Run) {
		if now[flag] != h.Run[flag] {
			if flag == "--max-scenarios" && (now[flag] == "") != (h.Run[flag] == "") {
				return usagef("--resume %s: it was begun with other flags: --time, without which there is a limit to the number "+
					"of scenarios, is to be given in both runs or in none: %s", name, beginAnew)
			}
			return usagef("--resume %s: it was begun with other flags: %s was %s and is %s now: %s",
				name, flag, value(h.Run[flag]), value(now[flag]), beginAnew)
		}
	}
	if r.SeedGiven && r.Seed != h.Seed {
		return usagef("--resume %s: it was begun with other flags: --seed was %d and is %d now: %s", name, h.Seed, r.Seed, beginAnew)
	}
	return nil
}

func value(text string) string { return cmp.Or(text, "not given") }

// compareBinaries finds a difference between test binaries and those of the run that has begun the journal.
func compareBinaries(name string, then, now map[string]string) error {
	for pkg := range mapsKeys(then, now) {
		if then[pkg] != now[pkg] {
			return usagef("--resume %s: the tests of %s are not those that it was begun with: "+
				"restore them, or remove the file to begin anew", name, pkg)
		}
	}
	return nil
}

// mapsKeys yields the keys of two maps, sorted.
func mapsKeys(a, b map[string]string) func(func(string) bool) {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	return slices.Values(slices.Compact(keys))
}

// replay deals with the events of the packages whose tests have come to their end.
func (j *journal) replay(event func(parse.Event)) {
	for _, pkg := range slices.Sorted(maps.Keys(j.events)) {
		for _, e := range j.events[pkg] {
			event(e)
		}
	}
	j.events = nil
}

// event takes down an event of the plan run.
func (j *journal) event(e parse.Event) {
	if e.Package != "" {
		j.line(record.Line{Event: e.Line()})
	}
}

func (j *journal) line(l record.Line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.writer.Line(l)
}

// knows implements [notebook].
func (j *journal) knows(t *target) bool {
	for call := range j.steps {
		if call.Package == t.pkg {
			return true
		}
	}
	return false
}

// resumes implements [notebook].
func (j *journal) resumes() bool { return true }

// notes implements [notebook].
func (j *journal) notes(x *exploration, call *exploredCall) *notes {
	about := callOf(x, call)
	done := func(corrects bool) func(record.Request, scenarioResult) {
		return func(request record.Request, s scenarioResult) {
			result := resultOf(request, s)
			result.Corrects = corrects
			j.line(record.Line{Done: &result})
		}
	}
	steps := corrected(j.steps[about])
	return &notes{
		test: x.test, threads: len(call.plan.Threads), call: about, all: steps, steps: steps,
		read: func(step noted) (record.Result, bool) {
			if result := readResult(j.file, step); result != nil {
				return *result, true
			}
			return record.Result{}, false
		},
		given:   func(request record.Request) { j.line(record.Line{Given: &request}) },
		done:    done(false),
		correct: done(true),
		looked:  func(string, []byte, time.Time) {},
		again:   func(noted) {},
		close:   func() {},
	}
}

// close closes the file. What could not be written to it would be missing for the next run.
// unlock lets another run have the journal.
func (j *journal) unlock() error {
	if j.lock == nil {
		return nil
	}
	os.Remove(j.lock.Path()) // where it can be removed while it is locked nobody else has it open for long
	return j.lock.Unlock()
}

func (j *journal) close() error {
	if j == nil {
		return nil
	}
	err := errors.Join(j.file.Close(), j.unlock())
	if j.writer.Err != nil {
		err = j.writer.Err
	}
	if err != nil {
		return fmt.Errorf("--resume %s: %w", j.name, err)
	}
	return nil
}
