package decide_test

import (
	"flag"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/internal/decide"
)

var update = flag.Bool("update", false, "write the golden files")

func failed(r ran) bool { return r.deadlock || r.lost }

// shrink simplifies a trace of a program as far as it goes.
func shrink(t rapid.TB, p program, trace *decide.Trace) (s *decide.Shrinker, proposals int) {
	s = decide.NewShrinker(trace)
	for next := s.Next(); next != nil; next = s.Next() {
		proposals++
		text, err := decide.ParseTrace(next.String()) // it is run in another process
		if err != nil {
			t.Fatal(err)
		}
		out, recorded, _ := record(p, decide.NewLenient(text))
		s.Told(failed(out), recorded)
		if proposals > 10_000 {
			t.Fatal("it does not end")
		}
	}
	return s, proposals
}

// TestShrinkKnown shrinks schedules of programs of which it is known how many preemptions they need.
func TestShrinkKnown(t *testing.T) {
	noise := []string{"lock c", "unlock c", "nop", "lock c", "unlock c", "nop"}
	with := func(steps ...string) []string {
		return append(append(append([]string{}, noise...), steps...), noise...)
	}
	for name, c := range map[string]struct {
		p           program
		preemptions int
	}{
		"lost update":    {program{with("read", "write"), with("read", "write"), noise}, 1},
		"lock order":     {program{noise, with("lock a", "lock b", "unlock b", "unlock a"), with("lock b", "lock a", "unlock a", "unlock b")}, 1},
		"three locks":    {program{with("lock a", "lock b", "unlock b", "unlock a"), with("lock b", "lock d", "unlock d", "unlock b"), with("lock d", "lock a", "unlock a", "unlock d")}, 2},
		"always":         {program{with("wait"), noise, noise}, 0},
		"in a loop":      {program{with("read", "write"), with("set", "read", "write"), {"yield"}}, 1},
		"by other order": {program{{"lock a", "unlock a", "wait"}, {"nop"}, {"select"}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			most, shrunken, more := 0, 0, 0
			for _, strategy := range []string{"random", "pct"} {
				s := newPortfolio(t, []string{strategy}, 1)
				for n := range 60 {
					s.Begin(n)
					out, trace, _ := record(c.p, s)
					if !failed(out) {
						continue
					}
					shrunk, proposals := shrink(t, c.p, trace)
					most = max(most, proposals)
					shrunken++
					if shrunk.Preemptions() > c.preemptions {
						more++
					}
				}
			}
			// Where it takes two, to leave one out may be of no use as long as there are others.
			if more > 0 && (c.preemptions < 2 || 2*more > shrunken) {
				t.Errorf("%d of %d have more than %d preemptions", more, shrunken, c.preemptions)
			}
			if most == 0 {
				t.Error("nothing was shrunk")
			}
			t.Logf("at most %d proposals", most)
		})
	}
}

// TestShrink shrinks schedules of any programs: what remains fails, and no departure of it can be left out.
func TestShrink(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t, 4)
		s := newPortfolio(t, []string{"random"}, rapid.Uint64().Draw(t, "seed"))
		s.Begin(0)
		out, trace, _ := record(p, s)
		if !failed(out) {
			t.Skip("it does not fail")
		}
		before := decide.NewShrinker(trace)
		shrunk, _ := shrink(t, p, trace)
		if shrunk.Preemptions() > before.Preemptions() {
			t.Fatalf("%d preemptions became %d", before.Preemptions(), shrunk.Preemptions())
		}
		if !failed(run(p, decide.NewReplay(shrunk.Best()))) {
			t.Fatalf("it does not fail any more:\n%v", shrunk.Best())
		}
		again, _ := shrink(t, p, shrunk.Best())
		if again.Preemptions() < shrunk.Preemptions() || again.Departures() < shrunk.Departures() {
			t.Fatalf("%d preemptions, %d departures became %d, %d", shrunk.Preemptions(), shrunk.Departures(), again.Preemptions(), again.Departures())
		}
	})
}
