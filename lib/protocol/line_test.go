package protocol_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
)

func TestHuntRequestIsReadAsWritten(t *testing.T) {
	numbers := rapid.IntRange(-3, 3)
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) string { return rapid.String().Draw(t, label) }
		want := protocol.HuntRequest{
			Test: text("test"), Report: text("report"), First: numbers.Draw(t, "first"), Count: numbers.Draw(t, "count"),
			Stride: numbers.Draw(t, "stride"), Seed: rapid.Uint64().Draw(t, "seed"), Depth: numbers.Draw(t, "depth"),
			Length: numbers.Draw(t, "length"), Delay: text("delay"), Replay: text("replay"), Lenient: rapid.Bool().Draw(t, "lenient"),
			MaxSteps: numbers.Draw(t, "steps"), RealTime: rapid.Bool().Draw(t, "real"),
			Window: numbers.Draw(t, "window"), Folder: text("folder"),
		}
		if rapid.Bool().Draw(t, "strategies") {
			want.Strategies = rapid.SliceOfN(rapid.SampledFrom([]string{"random", "pct", "delay"}), 1, 3).Draw(t, "strategies")
		}
		got, err := protocol.ReadHuntRequest(want.Line())
		if err != nil {
			t.Fatalf("%s: %v", want.Line(), err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", want.Line(), diff)
		}
	})
}

func TestHuntReportIsReadAsWritten(t *testing.T) {
	numbers := rapid.IntRange(0, 100)
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) string { return rapid.String().Draw(t, label) }
		want := protocol.HuntReport{
			Kind: text("kind"), Schedule: numbers.Draw(t, "schedule"), Schedules: numbers.Draw(t, "schedules"),
			Steps: rapid.Int64().Draw(t, "steps"), Longest: numbers.Draw(t, "longest"), Threads: numbers.Draw(t, "threads"),
			Strategy: text("strategy"), Delay: text("delay"), Exhausted: rapid.Bool().Draw(t, "exhausted"),
			Reason: text("reason"), Trace: text("trace"), Hash: text("hash"),
		}
		if rapid.Bool().Draw(t, "finding") {
			want.Finding = &protocol.Finding{Kind: protocol.FoundLeak, Identity: text("identity"), Text: text("text"),
				Threads: []protocol.HuntThread{{Number: 1, Parent: -1, Stack: text("stack")}},
				Turns:   []protocol.HuntTurn{{Thread: -1, From: text("from"), Until: numbers.Draw(t, "until")}},
			}
		}
		line, err := want.Line()
		if err != nil {
			t.Fatal(err)
		}
		got, err := protocol.ReadHuntReport(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", line, diff)
		}
	})
}

func TestHuntLinesThatAreRefused(t *testing.T) {
	for _, line := range []string{"kind", `kind="done`, `kind="done"schedule=1`, "schedule=x", "schedule=", "colour=1",
		`finding="{"`, "exhausted=maybe", " kind=1", "threads=1.5", "steps=99999999999999999999"} {
		if r, err := protocol.ReadHuntReport(line); err == nil {
			t.Errorf("%q is read as %+v", line, r)
		}
	}
	const seed = "seed=-1"
	if r, err := protocol.ReadHuntRequest(seed); err == nil {
		t.Errorf("%q is read as %+v", seed, r)
	}
}

func FuzzReadHuntReport(f *testing.F) {
	f.Add(`kind="finding" schedule=3 exhausted=true finding="{\"kind\":\"leak\"}" hash="a b"`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := protocol.ReadHuntReport(text)
		if err != nil {
			return
		}
		line, err := r.Line()
		if err != nil {
			t.Fatal(err)
		}
		again, err := protocol.ReadHuntReport(line)
		if err != nil || !cmp.Equal(r, again) {
			t.Errorf("%q: %+v, and then %+v, %v", text, r, again, err)
		}
	})
}
