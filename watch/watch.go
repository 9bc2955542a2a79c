// Package watch runs tests again when files change that matter to them.
//
// What matters to a package under test is: the Go files, and what else the go command builds, of the package and of
// those that it and its tests are built from, as far as these are the user's own; files that are embedded in them; the
// files go.mod, go.sum and go.work; and whatever stands in the package's folder testdata. A test file and testdata matter
// to the package alone that they are of. Hidden files and folders, vendor, and what editors write for themselves do not
// count.
//
// A file has changed if its content has; of testdata, which may be large, if its size or its time has. Changes that come
// together are taken together. One that comes while a run is on ends that, and what has not come to its end is run with
// what has changed. Tests may write testdata: so what changes there while a run is on is taken for the run's own doing.
package watch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Settle is how long nothing has to change for a run to begin, unless it goes on for ten times as long.
const Settle = 100 * time.Millisecond

// ErrFailing says that what is watched was failing at the end, or has not been run.
var ErrFailing = errors.New("tests fail")

// errAnew ends a run that another one follows.
var errAnew = errors.New("another run begins")

// A Config says what is watched, and what is done.
type Config struct {
	Dir string // what files are shown relative to
	// List finds out what there is to be watched.
	List func(ctx context.Context) (Project, error)
	// Run runs tests. It ends early once the context is done.
	Run func(ctx context.Context, r Request) Outcome
	// Keys are what was pressed: r runs all, f what failed, q ends it. It is nil, or is closed, where there are none.
	Keys <-chan byte
	// Say tells the user something.
	Say func(text string)
}

// A Request is what is to be run.
type Request struct {
	Packages []string // import paths; nil is all
	Tests    []string // names of tests that are no subtests; nil is all
	Anew     bool     // also what is known
}

// An Outcome is what became of a request.
type Outcome struct {
	Ended  []string            // packages that came to their ends
	Failed map[string][]string // of these, those that failed: the tests that did, none where it was the package itself
	Err    error               // nothing can be run any more
}

// A session is one call of [Watch].
type session struct {
	Config
	project Project
	seen    snapshot
	folders *folders

	owed    map[string]bool     // packages that are to be run, and have not come to their ends since
	failing map[string][]string // as in Outcome, of what ended last

	stop context.CancelCauseFunc // of the run that is on; nil if none is
	done chan Outcome
}

// Watch runs everything, and then what changes matter to, until the context is done, whose cause it returns, or q is
// pressed. Then it returns nil, or [ErrFailing].
func Watch(ctx context.Context, c Config) (err error) {
	s := &session{Config: c, failing: map[string][]string{}, owed: map[string]bool{}, done: make(chan Outcome, 1)}
	if s.project, err = c.List(ctx); err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	if s.folders, err = newFolders(); err != nil {
		return err
	}
	defer s.folders.close()
	layout := s.project.layout()
	if err := s.folders.set(layout); err != nil {
		return err
	}
	s.seen = take(s.project, layout, nil)
	s.owe(s.project.tested()...)
	s.start(ctx, Request{})
	defer s.end()
	return s.listen(ctx)
}

// listen does what it is told by the files and the keyboard, until it is told to end.
func (s *session) listen(ctx context.Context) error {
	quiet := time.NewTimer(Settle)
	quiet.Stop()
	defer quiet.Stop()
	var since time.Time // when the first of several changes came; zero where there is none
	keys := s.Keys
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case err := <-s.folders.failed:
			s.Say(err.Error())
		case <-s.folders.changed:
			if since.IsZero() {
				since = time.Now()
			}
			if time.Since(since) < 10*Settle {
				quiet.Reset(Settle)
			}
		case <-quiet.C:
			since = time.Time{}
			if err := s.look(ctx); err != nil {
				return err
			}
		case key, ok := <-keys:
			if !ok {
				keys = nil
			}
			if key == 'q' {
				return s.verdict()
			}
			if err := s.key(ctx, key); err != nil {
				return err
			}
		case out := <-s.done:
			if err := s.ended(out); err != nil {
				return err
			}
			s.invite()
		}
	}
}

// invite says what can be done now.
func (s *session) invite() {
	text := "waiting for changes"
	if left := slices.Sorted(maps.Keys(s.left())); len(left) > 0 {
		text += " (not passed: " + strings.Join(left, ", ") + ")"
	}
	if s.Keys != nil {
		text += "; r runs all, f what failed, q quits"
	}
	s.Say(text)
}

// left are the packages that have not passed as they are.
func (s *session) left() map[string]bool {
	left := maps.Clone(s.owed)
	for path := range s.failing {
		left[path] = true
	}
	return left
}

func (s *session) verdict() error {
	if len(s.left()) > 0 {
		return ErrFailing
	}
	return nil
}

// key does what a key is for.
func (s *session) key(ctx context.Context, key byte) error {
	switch key {
	case 'r':
		if err := s.end(); err != nil {
			return err
		}
		s.owe(s.project.tested()...)
		s.start(ctx, Request{Anew: true})
	case 'f':
		if err := s.end(); err != nil {
			return err
		}
		left := slices.Sorted(maps.Keys(s.left()))
		if len(left) == 0 {
			s.Say("nothing has failed")
			return nil
		}
		request := Request{Packages: left, Tests: s.failingTests(left)}
		s.owe(left...) // if it is ended, they are run with what is next
		s.start(ctx, request)
	case 'h', '?', '\r', '\n':
		s.invite()
	}
	return nil
}

// failingTests returns those of the packages; nil if it was not in each of them a test that failed.
func (s *session) failingTests(packages []string) (tests []string) {
	for _, path := range packages {
		if s.owed[path] || len(s.failing[path]) == 0 {
			return nil
		}
		tests = append(tests, s.failing[path]...)
	}
	slices.Sort(tests)
	return slices.Compact(tests)
}

// look finds out what has changed, and runs what that matters to.
func (s *session) look(ctx context.Context) error {
	files := s.changed(take(s.project, s.project.layout(), s.seen))
	if len(files) == 0 {
		return nil
	}
	before := s.project
	project, err := s.List(ctx)
	if err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	if !project.Empty() { // else go.mod cannot be read, say
		s.project = project
	}
	layout := s.project.layout()
	if err := s.folders.set(layout); err != nil {
		s.Say(err.Error())
	}
	seen, now := s.seen, take(s.project, layout, s.seen)
	more := s.changed(now) // since then, and in folders that are new
	if err := s.end(); err != nil {
		return err
	}
	s.seen = now
	affected := map[string]bool{}
	for _, file := range slices.Concat(files, more) {
		k := cmp.Or(now[file].kind, seen[file].kind)
		before.affected(file, k, affected)
		s.project.affected(file, k, affected)
	}
	gone := func(path string) bool { return s.project.packages[path] == nil || !s.project.packages[path].tested }
	maps.DeleteFunc(affected, func(path string, _ bool) bool { return gone(path) })
	maps.DeleteFunc(s.owed, func(path string, _ bool) bool { return gone(path) })
	maps.DeleteFunc(s.failing, func(path string, _ []string) bool { return gone(path) })
	s.owe(slices.Collect(maps.Keys(affected))...)
	if len(s.owed) == 0 {
		s.Say(s.shown(files) + " changed: no package under test depends on it")
		return nil
	}
	request := Request{Packages: slices.Sorted(maps.Keys(s.owed))}
	what := strings.Join(request.Packages, ", ")
	if slices.Equal(request.Packages, s.project.tested()) {
		request.Packages, what = nil, "everything"
	}
	s.Say(s.shown(files) + " changed: running " + what)
	s.start(ctx, request)
	return nil
}

// changed returns the files that have changed, without those that the run which is on may have written.
func (s *session) changed(now snapshot) []string {
	files := changes(s.seen, now)
	if s.stop == nil {
		return files
	}
	return slices.DeleteFunc(files, func(file string) bool { return cmp.Or(now[file].kind, s.seen[file].kind) == data })
}

// shown returns files as a message has them.
func (s *session) shown(files []string) string {
	const most = 3
	var names []string
	for _, file := range files[:min(len(files), most)] {
		if short, err := filepath.Rel(real(s.Dir), file); err == nil && filepath.IsLocal(short) {
			file = short
		}
		names = append(names, file)
	}
	if more := len(files) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

func (s *session) owe(packages ...string) {
	for _, path := range packages {
		s.owed[path] = true
	}
}

// start begins a run. None is on.
func (s *session) start(ctx context.Context, r Request) {
	ctx, s.stop = context.WithCancelCause(ctx)
	go func() { s.done <- s.Run(ctx, r) }()
}

// end ends the run that is on, if one is.
func (s *session) end() error {
	if s.stop == nil {
		return nil
	}
	s.stop(errAnew)
	return s.ended(<-s.done)
}

// ended takes note of what became of a run.
func (s *session) ended(out Outcome) error {
	s.stop(nil)
	s.stop = nil
	for _, path := range out.Ended {
		delete(s.owed, path)
		delete(s.failing, path)
		if tests, failed := out.Failed[path]; failed {
			s.failing[path] = tests
		}
	}
	// What it has written is known.
	isData := func(_ string, of stamp) bool { return of.kind == data }
	now := take(s.project, s.project.layout(), s.seen)
	maps.DeleteFunc(s.seen, isData)
	maps.DeleteFunc(now, func(file string, of stamp) bool { return !isData(file, of) })
	maps.Copy(s.seen, now)
	return out.Err
}
