package parse_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orchtest/orchtest/parse"
)

func TestDecode(t *testing.T) {
	half := 0.5
	for _, test := range []struct {
		name, line string
		want       parse.Event
		wrong      string // a part of the error
	}{
		{
			name: "end of a test",
			line: `{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0.5}`,
			want: parse.Event{Action: "pass", Package: "p", Test: "TestA", Elapsed: &half},
		},
		{
			name: "a field that is not known",
			line: `{"Action":"output","Package":"p","Output":"x\n","OutputType":"error"}`,
			want: parse.Event{Action: "output", Package: "p", Output: "x\n"},
		},
		{name: "windows line end", line: "{\"Action\":\"start\",\"Package\":\"p\"}\r\n",
			want: parse.Event{Action: "start", Package: "p"}},
		{name: "no JSON", line: "FAIL\tp [setup failed]", wrong: "not an event"},
		{name: "no action", line: `{"Package":"p"}`, wrong: "it has no Action"},
		{name: "another type", line: `{"Action":1}`, wrong: "not an event"},
		{name: "nothing", line: "", wrong: "not an event"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse.Decode([]byte(test.line))
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) || strings.Contains(err.Error(), "\n") {
					t.Fatalf("got error %v, want one line with %q", err, test.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreUnexported(parse.Event{})); diff != "" {
				t.Error(diff)
			}
			if got, want := string(got.Line()), strings.TrimRight(test.line, "\r\n"); got != want {
				t.Errorf("got line %s, want that which was read: %s", got, want)
			}
		})
	}
}

func TestEditDoesNotReachTheOriginal(t *testing.T) {
	e, err := parse.Decode([]byte(`{"Action":"pass","Test":"TestA","Elapsed":1,"Unknown":1}`))
	if err != nil {
		t.Fatal(err)
	}
	edited := e.Edit()
	*edited.Elapsed = 2
	edited.Action = parse.ActionFail
	if *e.Elapsed != 1 {
		t.Errorf("the original has taken %v s, want 1", *e.Elapsed)
	}
	if got, want := string(edited.Line()), `{"Action":"fail","Test":"TestA","Elapsed":2}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzEvents(f *testing.F) {
	f.Add(`{"Action":"attr","Package":"p","Test":"TestA","Key":"orchtest.plan","Value":"{\"version\":1,\"threads\":[\"a\"],\"counts\":[2]}"}`)
	f.Add(`{"Action":"attr","Package":"p","Test":"TestA","Key":"orchtest.scenario","Value":"1/2 {"}` + "\n" +
		`{"Action":"attr","Package":"p","Test":"TestA","Key":"orchtest.scenario","Value":"2/2 }"}`)
	f.Add(`{"Action":"output","Package":"p","Test":"TestA","Output":"\u0016=== ATTR  TestA orchtest.plan {"}`)
	f.Add("FAIL\tp [build failed]\n{}\nnull\n[]")
	f.Fuzz(func(t *testing.T, stream string) {
		var attrs parse.Attrs
		for line := range strings.Lines(stream) {
			e, err := parse.Decode([]byte(line))
			if err != nil {
				oneLine(t, err)
				continue
			}
			again, err := parse.Decode(e.Edit().Line())
			if err != nil {
				t.Fatalf("%s: what was read cannot be read again: %v", line, err)
			}
			if diff := cmp.Diff(e, again, cmpopts.IgnoreUnexported(parse.Event{})); diff != "" {
				t.Fatalf("%s: read again it is another event:\n%s", line, diff)
			}
			reported, err := attrs.Add(e)
			if err != nil {
				oneLine(t, err)
			}
			if p := reported.Plan; p != nil && len(p.Counts) != len(p.Threads) {
				t.Fatalf("%d counts of %d threads were accepted", len(p.Counts), len(p.Threads))
			}
		}
	})
}

func oneLine(t *testing.T, err error) {
	t.Helper()
	if strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("the error is more than a line: %q", err)
	}
}
