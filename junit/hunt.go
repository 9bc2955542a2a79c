package junit

import (
	"strconv"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A Hunt is what is known of a case that was hunted, or is a finding.
type Hunt struct {
	Test  *protocol.Hunted    // nil of a finding
	Found *protocol.HuntFound // nil of a test
	Root  string              // the folder that paths are shown relative to
}

// keepHunt keeps what [Config.Turns] asks for.
func (s *suite) keepHunt(t *test, h Hunt) {
	if s.turns {
		h.Root = s.root
		t.hunt = &h
	}
}

// huntedProperties returns the properties of a test that was hunted.
func huntedProperties(h protocol.Hunted) []junit.Property {
	return present([]junit.Property{
		{Name: "orchtest.outcome", Value: h.Outcome},
		{Name: "orchtest.schedules", Value: strconv.Itoa(h.Schedules)},
		{Name: "orchtest.inconclusive", Value: number(h.Inconclusive)},
		{Name: "orchtest.seed", Value: h.Seed},
		{Name: "orchtest.strategies", Value: strings.Join(h.Strategies, ",")},
		{Name: "orchtest.unconfirmed", Value: names(h.Unconfirmed)},
	})
}

// foundProperties returns the properties of a finding.
func foundProperties(f protocol.HuntFound) []junit.Property {
	preemptions := ""
	if f.Preemptions != nil {
		preemptions = strconv.Itoa(*f.Preemptions)
	}
	return present([]junit.Property{
		{Name: "orchtest.finding", Value: f.Kind},
		{Name: "orchtest.identity", Value: f.Identity},
		{Name: "orchtest.times", Value: strconv.Itoa(f.Times)},
		{Name: "orchtest.schedule", Value: strconv.Itoa(f.Schedule)},
		{Name: "orchtest.strategy", Value: f.Strategy},
		{Name: "orchtest.seed", Value: f.Seed},
		{Name: "orchtest.preemptions", Value: preemptions},
		{Name: "orchtest.trace", Value: f.Trace},
	})
}

func names(seen []protocol.HuntSeen) string {
	all := make([]string, len(seen))
	for i, s := range seen {
		all[i] = s.Name
	}
	return strings.Join(all, ",")
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// present leaves out the properties that have no value.
func present(all []junit.Property) []junit.Property {
	var some []junit.Property
	for _, p := range all {
		if p.Value != "" {
			some = append(some, p)
		}
	}
	return some
}
