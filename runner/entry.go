package runner

import (
	"bufio"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/orchtest/orchtest/record"
)

// An entry is a file of the cache: what passed of one call. A new one is written beside it as soon as there is
// anything new, and takes its place.
type entry struct {
	*cache
	target *target
	notes  *notes
	name   string
	env    []string // of the processes

	file   *os.File                  // nil if nothing is known
	header int64                     // bytes of its first line
	good   int64                     // bytes that can be read
	inputs map[string]int64          // where they stand, by ID
	same   map[string]*record.Inputs // by ID, those that are as they were
	// scattered tells that some results were taken back, so that there is no order in what is left.
	scattered bool

	fresh  *freshEntry // nil as long as there is nothing new
	failed bool        // there will be none
	spoilt bool        // nothing is to be kept
}

// A freshEntry is the file that takes an entry's place.
type freshEntry struct {
	record.Writer
	file    *os.File
	buffer  *bufio.Writer
	inputs  map[string]bool // IDs of those that stand in it
	results int             // that stand in it
}

// open reads the file. What is wrong with it does not matter: its results are then not known.
func (e *entry) open() {
	e.inputs, e.same = map[string]int64{}, map[string]*record.Inputs{}
	file, err := os.Open(e.name)
	if err != nil {
		return
	}
	now := e.r.Now()
	var steps []noted
	inputs := map[string]bool{} // those of results
	bad := map[string]bool{}    // sequences whose results were taken back
	header, good, err := record.Read(file, record.Cache, func(l record.Line, first, end int64) {
		if e.header == 0 {
			e.header = first
		}
		switch {
		case l.Inputs != nil:
			e.inputs[l.Inputs.ID] = first
			if state, err := inputsState(l.Inputs.Names, e.env, now); err == nil && state == l.Inputs.State {
				e.same[l.Inputs.ID] = l.Inputs
			}
		case l.Given != nil && l.Given.Call == e.notes.call:
			steps = append(steps, noted{sequence: l.Given.Sequence, first: first, end: end})
		case l.Done != nil && l.Done.Call == e.notes.call && l.Done.Verdict != action(passed):
			bad[l.Done.Sequence] = true
		case l.Done != nil && l.Done.Call == e.notes.call:
			inputs[l.Done.Inputs] = true
			steps = append(steps, noted{sequence: l.Done.Sequence, done: true, first: first, end: end})
		}
	})
	maps.DeleteFunc(e.same, func(id string, _ *record.Inputs) bool { return !inputs[id] })
	if err != nil || len(e.same) == 0 {
		file.Close()
		return
	}
	if e.scattered = len(bad) > 0; e.scattered {
		steps = slices.DeleteFunc(steps, func(step noted) bool { return !step.done || bad[step.sequence] })
	}
	e.file, e.good, e.notes.steps = file, good, steps
	if !e.r.SeedGiven {
		e.notes.seed = &header.Seed
	}
}

// read returns the result of a step, if it holds.
func (e *entry) read(step noted) (record.Result, bool) {
	result := readResult(e.file, step)
	if result == nil || result.Verdict != action(passed) || e.same[result.Inputs] == nil {
		return record.Result{}, false
	}
	return *result, true
}

// readResult reads a step that was done from a record. It returns nil if that is not there.
func readResult(r io.ReaderAt, step noted) *record.Result {
	text := make([]byte, step.end-step.first)
	if _, err := r.ReadAt(text, step.first); err != nil {
		return nil
	}
	l, _ := record.Decode(text)
	return l.Done
}

// begin returns the new file. It begins with what was known, as far as that was taken again in its order. It
// returns nil if it cannot be written.
func (e *entry) begin() *freshEntry {
	if e.fresh != nil || e.failed {
		return e.fresh
	}
	folder := filepath.Dir(e.name)
	err := os.MkdirAll(folder, 0o777)
	var file *os.File
	if err == nil {
		file, err = os.CreateTemp(folder, "new-*")
	}
	if err != nil {
		e.failed = true
		e.note(err)
		return nil
	}
	buffer := bufio.NewWriterSize(file, 1<<16)
	f := &freshEntry{Writer: record.Writer{W: buffer}, file: file, buffer: buffer, inputs: map[string]bool{}}
	f.Header(record.Header{Kind: record.Cache, Seed: e.seed()})
	e.repeat(f)
	e.fresh = f
	return f
}

func (e *entry) seed() uint64 {
	if e.notes.seed != nil {
		return *e.notes.seed
	}
	return e.r.Seed
}

// repeat writes what is known up to the first step that was not taken again.
func (e *entry) repeat(f *freshEntry) {
	if e.file == nil || e.scattered {
		return
	}
	until := e.good
	if len(e.notes.steps) > 0 {
		until = e.notes.steps[0].first
	}
	for id, at := range e.inputs {
		f.inputs[id] = at < until
	}
	n, err := io.Copy(f.W, io.NewSectionReader(e.file, e.header, until-e.header))
	f.Size += n
	if f.Err == nil {
		f.Err = err
	}
	if n > 0 {
		f.results++
	}
	for id, at := range e.inputs {
		if inputs := e.same[id]; at >= until && inputs != nil {
			f.inputs[id] = true // of a process that had not ended
			f.Line(record.Line{Inputs: inputs})
		}
	}
}

// given takes down that a job was given.
func (e *entry) given(request record.Request) {
	if f := e.begin(); f != nil && f.Size < maxEntry {
		f.Line(record.Line{Given: &request})
	}
}

// done takes down what became of a scenario, if it may be relied on: it passed, as it was expected to, and what it
// has looked at has not changed meanwhile.
func (e *entry) done(request record.Request, s scenarioResult) {
	switch {
	case s.verdict != passed || s.diverged:
	case s.batch != "":
		result := resultOf(request, s)
		e.write(&result, &record.Inputs{ID: s.batch})
	case s.inputs != nil:
		if inputs, err := e.inputsOf(e.target, e.env, s.inputs, s.started); err == nil {
			result := resultOf(request, s)
			e.write(&result, inputs)
		}
	}
}

// correct takes a result back.
func (e *entry) correct(request record.Request, s scenarioResult) {
	if f := e.fresh; f != nil {
		f.Line(record.Line{Done: &record.Result{Request: request, Verdict: action(s.verdict)}})
	}
}

// looked takes down what a process has looked at that has run several scenarios: that holds for all of them.
func (e *entry) looked(batch string, log []byte, started time.Time) {
	f := e.fresh
	if f == nil || log == nil || f.Size >= maxEntry {
		return
	}
	if inputs, err := e.inputsOf(e.target, e.env, log, started); err == nil {
		inputs.ID = batch
		f.Line(record.Line{Inputs: inputs})
	}
}

// again takes down a result that was known, though not in its order.
func (e *entry) again(step noted) {
	if result, ok := e.read(step); ok {
		e.write(&result, e.same[result.Inputs])
	}
}

func (e *entry) write(result *record.Result, inputs *record.Inputs) {
	f := e.begin()
	if f == nil || f.Size >= maxEntry {
		return
	}
	if !f.inputs[inputs.ID] && inputs.State != "" {
		f.inputs[inputs.ID] = true
		f.Line(record.Line{Inputs: inputs})
	}
	result.Inputs = inputs.ID
	f.Line(record.Line{Done: result})
	f.results++
}

// close puts the new file in its place. What it does not have yet of what is known goes with it: it may be of
// use under another strategy.
func (e *entry) close() {
	if e.fresh != nil {
		for _, step := range e.notes.left() {
			e.again(step)
		}
	}
	if e.file != nil {
		e.file.Close()
	}
	if e.fresh == nil {
		now := e.r.Now()
		os.Chtimes(e.name, now, now) // it is in use
		return
	}
	if e.spoilt {
		e.fresh.file.Close()
		os.Remove(e.fresh.file.Name())
		os.Remove(e.name)
		return
	}
	e.note(e.fresh.commit(e.name))
}

// commit closes the file, and moves it to its place if there is anything in it.
func (f *freshEntry) commit(name string) error {
	err := f.Err
	if err == nil {
		err = f.buffer.Flush()
	}
	if closeErr := f.file.Close(); err == nil {
		err = closeErr
	}
	if err == nil && f.results > 0 {
		return os.Rename(f.file.Name(), name)
	}
	os.Remove(f.file.Name())
	return err
}
