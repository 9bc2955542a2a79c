package hunting

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A Found is a finding, and how often it came.
type Found struct {
	protocol.Finding
	Name        string // as a subtest of the test: deadlock, leak#01
	Schedule    int    // the one that was shown again; of what is not confirmed, the first that showed it
	Strategy    string
	Trace       string // of that schedule, or of a simpler one; "" where the process could not tell it
	Hash        string
	File        string // that has the trace; "" where there is none
	Output      string // of the test itself
	Times       int    // how many schedules have shown it
	Tries       int    // how often a process of its own did not show it
	Preemptions int    // of the trace; -1 where that is not known
	Confirmed   bool   // a process of its own has shown it
}

// Findings are those of one test, told apart by what they are called in [protocol.Finding.Identity].
type Findings struct {
	all   []*Found
	named map[string]int // by kind: how many of them have a name
}

// Add takes a finding of a schedule. It returns the one that it is the same as, with what was known before.
func (f *Findings) Add(r protocol.HuntReport, output string) *Found {
	found := f.Find(r.Finding.Kind, r.Finding.Identity)
	if found == nil {
		found = &Found{Preemptions: -1}
		found.shown(r, output)
		f.all = append(f.all, found)
	}
	found.Times++
	return found
}

// shown has a finding be what a schedule has shown.
func (f *Found) shown(r protocol.HuntReport, output string) {
	f.Finding, f.Schedule, f.Strategy, f.Trace, f.Hash, f.Output = *r.Finding, r.Schedule, r.Strategy, r.Trace, r.Hash, output
}

// Find returns the finding of a kind and identity, or nil.
func (f *Findings) Find(kind, identity string) *Found {
	for _, found := range f.all {
		if found.Kind == kind && found.Identity == identity {
			return found
		}
	}
	return nil
}

// Confirm says what a process of its own has shown: the finding is that, and has a name from then on. What is confirmed
// stays as it is.
func (f *Findings) Confirm(found *Found, r protocol.HuntReport, output string) {
	if found.Confirmed {
		return
	}
	found.Confirmed = true
	found.shown(r, output)
	if f.named == nil {
		f.named = map[string]int{}
	}
	found.Name = found.Kind + protocol.Suffix(f.named[found.Kind])
	f.named[found.Kind]++
}

// Instead says that what a process of its own has shown in place of a finding is what that is.
func (f *Findings) Instead(found *Found, r protocol.HuntReport, output string) *Found {
	found.Times--
	if found.Times == 0 {
		f.all = slices.DeleteFunc(f.all, func(each *Found) bool { return each == found })
	}
	return f.Add(r, output)
}

// Confirmed are those that are confirmed, in the order in which they came.
func (f *Findings) Confirmed() []*Found { return f.those(true) }

// Unconfirmed are the others.
func (f *Findings) Unconfirmed() []*Found { return f.those(false) }

func (f *Findings) those(confirmed bool) []*Found {
	var found []*Found
	for _, each := range f.all {
		if each.Confirmed == confirmed {
			found = append(found, each)
		}
	}
	return found
}

// Seen are the names of findings, and how often each came.
func Seen(found []*Found) []protocol.HuntSeen {
	var seen []protocol.HuntSeen
	for _, f := range found {
		seen = append(seen, protocol.HuntSeen{Name: cmp.Or(f.Name, f.Kind), Times: f.Times})
	}
	return seen
}

// Counted says how often each came, as `deadlock (12 times), leak#01 (once)`.
func Counted(seen []protocol.HuntSeen) string {
	texts := make([]string, len(seen))
	for i, s := range seen {
		texts[i] = s.Name + " (" + Times(s.Times) + ")"
	}
	return strings.Join(texts, ", ")
}

// Times says how often something came.
func Times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
