// Package merge makes one event stream of those that the shards of a run have written.
//
// A shard is a run of `orchtest --shard i/n --jsonfile FILE`. Its stream begins and ends with a record that says
// which shard it is and what it was run with ([protocol.ShardRecord]), so that what is missing, broken off, there
// twice or of another run is found out and never counted as passed.
//
//	run, err := merge.Read(files)
//	err = run.Write(func(e parse.Event, dir string) error { … })
//
// What comes out is what one run would have written: each package, each test and each scenario once, what
// became of a test the worst of what became of it in any shard, and the explorations of the shards as one. The
// order of tests and packages is that of the files.
//
// The files are read twice, from their beginning to their end. What is kept in memory is of the order of the
// names of tests and scenarios.
package merge

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A File is the stream of a shard.
type File struct {
	Name string // for messages
	Open func() (io.ReadCloser, error)
}

// A Run is what several shards ran together.
type Run struct {
	// Of is how many shards there are, those that are missing included.
	Of int
	// Explored is what became of the explorations.
	Explored []Explored
	// Whole is how many shards came to their end.
	Whole int
	// Troubles say why the run is not whole: shards that are missing or broke off.
	Troubles []Trouble

	files    []*file // by shard
	packages map[string]*pkg
	builds   map[string]*file // the first that says something about a build
}

// A Trouble is a shard of which something is missing.
type Trouble struct {
	Shard protocol.Shard
	Text  string
}

// An Explored is what became of the exploration of one call.
type Explored struct {
	Package, Test string
	protocol.Exploration
}

// A ConflictError says that files are not the shards of one run.
type ConflictError struct{ text string }

func (e *ConflictError) Error() string { return e.text }

func conflict(format string, args ...any) error { return &ConflictError{fmt.Sprintf(format, args...)} }

// Read reads the files. It returns a [ConflictError] if they cannot be the shards of one run; what is missing
// are Troubles.
func Read(files []File) (*Run, error) {
	r := &Run{packages: map[string]*pkg{}, builds: map[string]*file{}}
	var empty []string
	for _, each := range files {
		f := &file{File: each}
		if err := f.begin(); err != nil {
			return nil, err
		}
		if f.shard.Of == 0 {
			empty = append(empty, f.Name)
			continue
		}
		if err := r.fits(f); err != nil {
			return nil, err
		}
		r.files = append(r.files, f)
	}
	if len(r.files) == 0 {
		return nil, conflict("%s: empty: no shard has come to its end", strings.Join(empty, ", "))
	}
	slices.SortFunc(r.files, func(a, b *file) int { return a.shard.Index - b.shard.Index })
	for _, f := range r.files {
		if err := r.index(f); err != nil {
			return nil, err
		}
	}
	r.missing(empty)
	return r, r.settle()
}

// fits checks that a file is of the same run as the others, and not the same shard as one of them.
func (r *Run) fits(f *file) error {
	r.Of = f.shard.Of
	for _, other := range r.files {
		switch {
		case other.shard.Of != f.shard.Of:
			return conflict("%s is shard %v and %s shard %v: they are not of one run", other.Name, other.shard, f.Name, f.shard)
		case other.shard == f.shard:
			return conflict("%s and %s are both shard %v: name each shard once", other.Name, f.Name, f.shard)
		}
	}
	if len(r.files) == 0 {
		return nil
	}
	first := r.files[0]
	names := map[string]bool{}
	for _, each := range []*file{first, f} {
		for name := range each.inputs {
			names[name] = true
		}
	}
	var all []string
	for name := range names {
		if first.inputs[name] != f.inputs[name] {
			all = append(all, fmt.Sprintf("%s (%s, %s)", name, said(first.inputs[name]), said(f.inputs[name])))
		}
	}
	if slices.Sort(all); len(all) > 0 {
		return conflict("%s and %s are not of one run: they differ in %s", first.Name, f.Name, strings.Join(all, ", "))
	}
	return nil
}

// said returns a value for a message.
func said(value string) string {
	if value == "" {
		return "nothing"
	}
	return value
}

// maxTroubles is how many are told one by one: a number of shards may be wrong by far.
const maxTroubles = 1000

// missing tells of shards that are not there, and of those that broke off.
func (r *Run) missing(empty []string) {
	there := map[int]*file{}
	for _, f := range r.files {
		there[f.shard.Index] = f
		if f.ended {
			r.Whole++
		}
	}
	for i := 1; i <= r.Of; i++ {
		f, shard := there[i], protocol.Shard{Index: i, Of: r.Of}
		if len(r.Troubles) == maxTroubles {
			r.Troubles = append(r.Troubles, Trouble{shard, fmt.Sprintf("there are files of %d shards, of %d: of those from %v on it is not "+
				"said which are missing", len(r.files), r.Of, shard)})
			return
		}
		switch {
		case f == nil:
			text := fmt.Sprintf("shard %v is missing: its file was not given", shard)
			if len(empty) > 0 {
				text = fmt.Sprintf("shard %v is missing: it may be that of %s, which is empty", shard, strings.Join(empty, ", "))
			}
			r.Troubles = append(r.Troubles, Trouble{shard, text})
		case !f.ended:
			r.Troubles = append(r.Troubles, Trouble{shard, fmt.Sprintf("%s breaks off after %d events%s: "+
				"shard %v did not come to its end; run it again", f.Name, f.events, f.at(), shard)})
		}
	}
}

// Write hands the events of the merged stream to emit, with the folder that the shard was run in which they come
// from. It stops at the first error.
func (r *Run) Write(emit func(e parse.Event, dir string) error) error {
	for _, f := range r.files {
		w := &writer{run: r, file: f, emit: func(e parse.Event) error { return emit(e, f.dir) }}
		if err := f.each(w.event); err != nil {
			return err
		}
	}
	return r.writeTroubles(emit)
}
