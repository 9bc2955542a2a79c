package merge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A writer writes what a file adds to the merged stream. What several files have begins with the first of them
// and ends with the last.
type writer struct {
	run  *Run
	file *file
	emit func(parse.Event) error
	told *test // the latest test whose explorations were told of
}

func (w *writer) event(e parse.Event) error {
	switch {
	case e.Key == protocol.AttrShard && e.Test == "":
		return nil
	case e.Package == "":
		if first := w.run.builds[e.ImportPath]; first != nil && first != w.file {
			return nil
		}
		return w.emit(e)
	}
	p := w.run.packages[e.Package]
	switch {
	case e.Test == "":
		return w.packageEvent(p, e)
	case p.scenarios[e.Test] != nil:
		return w.emit(e)
	}
	return w.testEvent(p.tests[e.Test], e)
}

func (w *writer) packageEvent(p *pkg, e parse.Event) error {
	wanted := w.file == p.files[0]
	switch {
	case e.Ends():
		if w.file != p.files[len(p.files)-1] {
			return nil
		}
		wanted = true
		e = w.run.packageEnd(p, e)
	case e.Action == parse.ActionOutput:
		wanted = speaks(p.files, p.ends, w.file)
	}
	if !wanted {
		return nil
	}
	return w.emit(e)
}

// speaks reports whether what a file has of the output of something is told: it has failed there, or nowhere
// and the file is the last.
func speaks(files []*file, ends map[*file]parse.Event, f *file) bool {
	if ends[f].Action == parse.ActionFail {
		return true
	}
	for _, other := range files {
		if ends[other].Action == parse.ActionFail {
			return false
		}
	}
	return f == files[len(files)-1]
}

// packageEnd returns the end of a package as it is once all files are taken into account.
func (r *Run) packageEnd(p *pkg, e parse.Event) parse.Event {
	e = ends(e, p.files, p.ends)
	for _, t := range p.tests {
		if len(t.calls) > 0 && len(r.without(t)) > 0 {
			e.Action = parse.ActionFail
		}
	}
	return e
}

// ends returns an end as it is once all files are taken into account: failed if it is in one, or if it is
// not there; skipped if it is in all.
func ends(e parse.Event, files []*file, of map[*file]parse.Event) parse.Event {
	if len(files) == 1 {
		return e.Edit()
	}
	e = e.Edit()
	e.Action = parse.ActionSkip
	seconds := 0.0
	for _, f := range files {
		end := of[f]
		switch {
		case end.Action == "" || end.Action == parse.ActionFail:
			e.Action = parse.ActionFail
		case end.Action == parse.ActionPass && e.Action == parse.ActionSkip:
			e.Action = parse.ActionPass
		}
		if end.Elapsed != nil {
			seconds += *end.Elapsed
		}
		e.FailedBuild = cmp.Or(e.FailedBuild, end.FailedBuild)
	}
	if e.Elapsed != nil {
		e.Elapsed = &seconds
	}
	return e
}

func (w *writer) testEvent(t *test, e parse.Event) error {
	if len(t.files) == 1 && len(t.calls) == 0 {
		return w.emit(e)
	}
	last := w.file == t.files[len(t.files)-1]
	switch {
	case e.Ends() || e.EndLine():
		if !last {
			return nil
		}
		if err := w.tell(t, e.Time); err != nil {
			return err
		}
		return w.emit(w.end(t, e))
	case e.Key == protocol.AttrExploration:
		return nil // told of all files at the end
	case e.Action == parse.ActionOutput:
		if !w.speaks(t) || t.tells(w.file, e.Output) {
			return nil
		}
	case w.file != t.files[0]:
		return nil
	}
	return w.emit(e)
}

// speaks reports whether what the file has of the output of a test is told. That of an orchestrated one is of
// the plan run, which each shard makes: it goes with the serial scenario, and tells why a test failed of which
// no scenario did.
func (w *writer) speaks(t *test) bool {
	switch {
	case len(t.calls) == 0:
		return speaks(t.files, t.ends, w.file)
	case t.serial == w.file:
		return true
	case t.serial == nil && w.file == t.files[0]:
		return true
	}
	return t.ends[w.file].Action == parse.ActionFail && !t.bad[w.file]
}

// tells reports whether a line of output is what a shard said of one of its explorations.
func (t *test) tells(f *file, output string) bool {
	return slices.ContainsFunc(t.calls, func(c *call) bool {
		e, ok := c.explorations[f]
		return ok && output == line(parse.Told(e, len(t.calls)))
	})
}

// line is a line of output that orchtest adds to that of a test.
func line(text string) string { return "    orchtest: " + text + "\n" }

// end returns the end of a test, or the line that announces it, as it is once all files are taken into account.
func (w *writer) end(t *test, e parse.Event) parse.Event {
	end := ends(e, t.files, t.ends)
	if len(t.calls) > 0 && len(w.run.without(t)) > 0 {
		end.Action = parse.ActionFail
	}
	if e.Ends() {
		return end
	}
	verdict, seconds := map[string]string{parse.ActionPass: "PASS", parse.ActionFail: "FAIL", parse.ActionSkip: "SKIP"}[end.Action], 0.0
	for _, each := range t.ends {
		if each.Elapsed != nil {
			seconds += *each.Elapsed
		}
	}
	if len(t.files) == 1 && end.Action != parse.ActionFail {
		return e
	}
	indent, _, _ := strings.Cut(e.Output, "--- ")
	end.Action, end.Output = e.Action, fmt.Sprintf("%s--- %s: %s (%.2fs)\n", indent, verdict, t.name, seconds)
	return end
}

// tell tells what became of the explorations of a test.
func (w *writer) tell(t *test, now *time.Time) error {
	if w.told == t {
		return nil
	}
	w.told = t
	e := parse.Event{Time: now, Package: t.pkg.name, Test: t.name}
	say := func(text string) error {
		e := e
		e.Action, e.Output = parse.ActionOutput, line(text)
		return w.emit(e)
	}
	for _, each := range t.told {
		value, err := json.Marshal(each)
		if err != nil {
			return err
		}
		attr := e
		attr.Action, attr.Key, attr.Value = parse.ActionAttr, protocol.AttrExploration, string(value)
		if err := w.emit(attr); err != nil {
			return err
		}
		if err := say(parse.Told(each, len(t.calls))); err != nil {
			return err
		}
	}
	if len(t.calls) == 0 {
		return nil
	}
	for _, f := range w.run.without(t) {
		if err := say(fmt.Sprintf("shard %v (%s) came to its end and does not tell of all explorations of this test", f.shard, f.Name)); err != nil {
			return err
		}
	}
	return nil
}

// troubled is what the stream calls the package of what is not there.
const troubled = "orchtest merge"

// writeTroubles adds a failed test for each shard that is not whole, so that all who read the stream see it.
func (r *Run) writeTroubles(emit func(e parse.Event, dir string) error) error {
	if len(r.Troubles) == 0 {
		return nil
	}
	var events []parse.Event
	for _, trouble := range r.Troubles {
		name := fmt.Sprintf("shard %d of %d", trouble.Shard.Index, trouble.Shard.Of)
		events = append(events,
			parse.Event{Action: parse.ActionRun, Test: name},
			parse.Event{Action: parse.ActionOutput, Test: name, Output: "    " + trouble.Text + "\n"},
			parse.Event{Action: parse.ActionFail, Test: name})
	}
	events = append(events, parse.Event{Action: parse.ActionFail})
	events = append([]parse.Event{{Action: parse.ActionStart}}, events...)
	for _, e := range events {
		e.Package = troubled
		if err := emit(e, ""); err != nil {
			return err
		}
	}
	return nil
}
