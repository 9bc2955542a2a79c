package merge

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A pkg is what is known of a package from all files.
type pkg struct {
	name      string
	files     []*file // that have it
	owner     *file   // whose ordinary tests are not another shard's
	ends      map[*file]parse.Event
	tests     map[string]*test
	scenarios map[string]*file // that have run them
	attrs     map[*file]*parse.Attrs
}

// A test is one that is no scenario.
type test struct {
	pkg   *pkg
	name  string
	files []*file // that have it
	ends  map[*file]parse.Event

	// Of an orchestrated one:
	calls  []*call
	bad    map[*file]bool // files with a scenario that failed
	serial *file          // that has the serial scenario of the first call
	told   []exploration  // of all shards together, by call
}

// A call is one of orchestrate.Test or Run.
type call struct {
	plan         protocol.Plan
	from         *file                 // of the plan
	executed     []int                 // in the serial run
	explorations map[*file]exploration // of the shards
}

type exploration = protocol.Exploration

func (r *Run) pkg(name string) *pkg {
	p := r.packages[name]
	if p == nil {
		p = &pkg{
			name: name, ends: map[*file]parse.Event{}, tests: map[string]*test{}, scenarios: map[string]*file{},
			attrs: map[*file]*parse.Attrs{},
		}
		r.packages[name] = p
	}
	return p
}

// seen adds a file to those that have something, which come one after the other.
func seen(files []*file, f *file) []*file {
	if len(files) > 0 && files[len(files)-1] == f {
		return files
	}
	return append(files, f)
}

// index reads a file and takes note of what is in it.
func (r *Run) index(f *file) error {
	return f.each(func(e parse.Event) error {
		f.events++
		if e.Package == "" {
			record, ok := shardRecord(e)
			f.ended = ok && record.Ended
			if e.ImportPath != "" && r.builds[e.ImportPath] == nil {
				r.builds[e.ImportPath] = f
			}
			return nil
		}
		f.last = e
		p := r.pkg(e.Package)
		p.files = seen(p.files, f)
		if e.Test != "" {
			return p.test(f, e)
		}
		if record, ok := shardRecord(e); ok && !record.Left {
			if p.owner != nil && p.owner != f {
				return conflict("%s and %s both have the tests of %s that are not orchestrated", p.owner.Name, f.Name, p.name)
			}
			p.owner = f
		}
		if e.Ends() {
			p.ends[f] = trimmed(e)
		}
		return nil
	})
}

// trimmed returns of an end what has to be kept.
func trimmed(e parse.Event) parse.Event {
	return parse.Event{Action: e.Action, Elapsed: e.Elapsed, FailedBuild: e.FailedBuild}
}

// test takes note of an event of a test.
func (p *pkg) test(f *file, e parse.Event) error {
	if p.scenarios[e.Test] == nil {
		t := p.tests[e.Test]
		if t == nil {
			t = &test{pkg: p, name: e.Test, ends: map[*file]parse.Event{}, bad: map[*file]bool{}}
			p.tests[e.Test] = t
		}
		t.files = seen(t.files, f)
	}
	switch {
	case e.Action == parse.ActionAttr:
		return p.attr(f, e)
	case !e.Ends():
	case p.scenarios[e.Test] == nil:
		p.tests[e.Test].ends[f] = trimmed(e)
	case e.Action == parse.ActionFail:
		if t := p.parent(e.Test); t != nil {
			t.bad[f] = true
		}
	}
	return nil
}

// parent returns the test that another one is a scenario of, or nil. One that is orchestrated itself is none.
func (p *pkg) parent(name string) *test {
	if t := p.tests[name]; t != nil && len(t.calls) > 0 {
		return nil
	}
	t := p.tests[name[:max(strings.LastIndexByte(name, '/'), 0)]]
	if t == nil || len(t.calls) == 0 {
		return nil
	}
	return t
}

// attr takes note of an attribute.
func (p *pkg) attr(f *file, e parse.Event) error {
	if e.Key == protocol.AttrExploration {
		var told exploration
		if err := json.Unmarshal([]byte(e.Value), &told); err != nil {
			return conflict("%s: %s: attribute %s: %v", f.Name, e.Test, e.Key, err)
		}
		if t := p.tests[e.Test]; t != nil {
			if c := t.call(told.Call); c != nil {
				c.explorations[f] = told
			}
		}
		return nil
	}
	if p.attrs[f] == nil {
		p.attrs[f] = new(parse.Attrs)
	}
	reported, err := p.attrs[f].Add(e)
	switch {
	case err != nil:
		return conflict("%s: %v", f.Name, err)
	case reported.Plan != nil && len(reported.Plan.Threads) > 0:
		return p.tests[e.Test].planned(f, *reported.Plan)
	case e.Key == protocol.AttrError && p.parent(e.Test) != nil:
		return p.scenario(f, e.Test, nil)
	case reported.Scenario == nil:
		return nil
	case p.parent(e.Test) != nil:
		return p.scenario(f, e.Test, reported.Scenario)
	}
	if t := p.tests[e.Test]; t != nil {
		if c := t.call(reported.Scenario.Call); c != nil && c.executed == nil {
			c.executed = reported.Scenario.Executed()
		}
	}
	return nil
}

func (t *test) call(index int) *call {
	i := slices.IndexFunc(t.calls, func(c *call) bool { return c.plan.Call == index })
	if i < 0 {
		return nil
	}
	return t.calls[i]
}

// planned takes a plan, which is to be the same in all shards: else these did not share out the same sequences.
func (t *test) planned(f *file, plan protocol.Plan) error {
	c := t.call(plan.Call)
	if c == nil {
		t.calls = append(t.calls, &call{plan: plan, from: f, explorations: map[*file]exploration{}})
		return nil
	}
	if !slices.Equal(c.plan.Counts, plan.Counts) || !slices.Equal(c.plan.Threads, plan.Threads) ||
		c.plan.Symmetric != plan.Symmetric || !slices.Equal(c.plan.Sequences, plan.Sequences) {
		return conflict("%s of %s is not the same test in %s and %s: its threads %q took the turns %v in one serial run, "+
			"and %q the turns %v in the other; where it depends on time or chance, its scenarios cannot be shared out",
			t.name, t.pkg.name, c.from.Name, f.Name, c.plan.Threads, c.plan.Counts, plan.Threads, plan.Counts)
	}
	return nil
}

// scenario takes a scenario. There may be an error beside its report.
func (p *pkg) scenario(f *file, name string, report *protocol.Scenario) error {
	if other := p.scenarios[name]; other != nil && other != f {
		return conflict("%s of %s is in both %s and %s: they overlap", name, p.name, other.Name, f.Name)
	}
	p.scenarios[strings.Clone(name)] = f
	delete(p.tests, name)
	t := p.parent(name)
	if c := t.calls[0]; report != nil && report.Call == c.plan.Call && len(c.executed) > 0 {
		n := len(c.executed)
		if len(report.Sequence) >= n && slices.Equal(report.Sequence[:n], c.executed) && slices.IsSorted(report.Sequence[n:]) {
			t.serial = f
		}
	}
	return nil
}

// settle puts together what the shards say of each exploration.
func (r *Run) settle() error {
	for _, name := range slices.Sorted(maps.Keys(r.packages)) {
		p := r.packages[name]
		p.attrs = nil
		for _, test := range slices.Sorted(maps.Keys(p.tests)) {
			t := p.tests[test]
			slices.SortFunc(t.calls, func(a, b *call) int { return cmp.Compare(a.plan.Call, b.plan.Call) })
			for _, c := range t.calls {
				t.told = append(t.told, r.together(c))
				r.Explored = append(r.Explored, Explored{p.name, t.name, t.told[len(t.told)-1]})
			}
		}
	}
	return nil
}

// without returns the shards, of those that came to their end, that have nothing of an orchestrated test.
func (r *Run) without(t *test) (files []*file) {
	for _, f := range r.files {
		if f.ended && slices.ContainsFunc(t.calls, func(c *call) bool { _, ok := c.explorations[f]; return !ok }) {
			files = append(files, f)
		}
	}
	return files
}
