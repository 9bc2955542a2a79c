package runner

import (
	"maps"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/parse"
)

// withheld are the tests of a package whose ordinary tests are another shard's. The package is run for its
// orchestrated tests, and which these are is known only when they are: until then the events of a test are kept.
// If it turns out to be ordinary they are dropped, unless it has failed: nothing that failed is kept silent.
type withheld struct {
	events  map[string][]parse.Event // by test
	through map[string]bool          // tests whose events go their way
}

func newWithheld() *withheld {
	return &withheld{events: map[string][]parse.Event{}, through: map[string]bool{}}
}

// ordinary deals with an event of a test that is not known to be orchestrated.
func (k *keeper) ordinary(p *heldPackage, e parse.Event) {
	w := p.withheld
	if e.Action == parse.ActionFail {
		k.through(p, e.Test)
	}
	switch {
	case w.through[e.Test]:
		k.stream.emit(e)
		if e.Ends() {
			delete(w.through, e.Test)
		}
	case e.Ends():
		delete(w.events, e.Test)
	default:
		w.events[e.Test] = append(w.events[e.Test], e)
	}
}

// through lets the events of a test, and of those that it is a subtest of, go their way.
func (k *keeper) through(p *heldPackage, test string) {
	w := p.withheld
	if w == nil {
		return
	}
	all := slices.Collect(parents(test))
	slices.Reverse(all) // a test begins before its subtests
	for _, name := range append(all, test) {
		kept, running := w.events[name]
		if !running && name != test {
			continue // a piece of a name that has slashes in it is no test
		}
		delete(w.events, name)
		w.through[name] = true
		for _, e := range kept {
			k.stream.emit(e)
		}
	}
}

// unfinished lets the events go of tests that did not come to their end, as their process has ended.
func (k *keeper) unfinished(p *heldPackage) {
	if p.withheld == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.withheld.events)) {
		if !strings.HasPrefix(name, "Benchmark") { // of one that passes there is no end
			k.through(p, name)
		}
	}
}
