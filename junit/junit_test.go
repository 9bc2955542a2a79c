package junit

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/parse"
)

var update = flag.Bool("update", false, "write the golden files")

// recordings are streams of go test -json (go1.26) of a module in /src/shop, with the scenarios
// put in as a runner does.
var recordings = []struct {
	name     string
	repeated bool // a test may occur more than once
}{
	{name: "ordinary"},
	{name: "orchestrated"},
	{name: "interrupted"},
	{name: "build"},
	{name: "packages"},
	{name: "crash"},
	{name: "bench"},
	{name: "count", repeated: true},
}

func TestRecordings(t *testing.T) {
	t.Parallel()
	for _, recording := range recordings {
		t.Run(recording.name, func(t *testing.T) {
			t.Parallel()
			got := reportOf(t, recording.name)
			d := checked(t, got)
			if !recording.repeated {
				checkUnique(t, d)
			}
			golden := filepath.Join("testdata", recording.name+".xml")
			if *update {
				if err := os.WriteFile(golden, got, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("the report is not that of %s; -update writes it (-want +got):\n%s", golden, diff)
			}
		})
	}
}

func TestRecordingsAreValid(t *testing.T) {
	t.Parallel()
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed (Debian: libxml2-utils): the reports are not validated against junit.xsd")
	}
	for _, recording := range recordings {
		t.Run(recording.name, func(t *testing.T) {
			t.Parallel()
			command := exec.CommandContext(t.Context(), lint, "--noout", "--nonet", "--schema", filepath.Join("testdata", "junit.xsd"), "-")
			command.Stdin = bytes.NewReader(reportOf(t, recording.name))
			if output, err := command.CombinedOutput(); err != nil {
				t.Errorf("xmllint: %v\n%s", err, output)
			}
		})
	}
}

// TestNothingIsLost checks of every recording that a test that failed, and what it said, can be
// found in the report.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	for _, recording := range recordings {
		t.Run(recording.name, func(t *testing.T) {
			t.Parallel()
			d := checked(t, reportOf(t, recording.name))
			for _, e := range recorded(t, recording.name) {
				if e.Action == parse.ActionFail && !found(d, e) {
					t.Errorf("%s %s failed, and no case says so", e.Package, e.Test)
				}
				if e.Action == parse.ActionOutput && !isFraming(e.Output, e.Test) && !tells(d, e) {
					t.Errorf("%s %s did not pass, and its case lacks %q", e.Package, e.Test, e.Output)
				}
			}
		})
	}
}

// tells reports whether the cases of a test that did not pass have what it printed.
func tells(d document, e parse.Event) bool {
	cases := 0
	for _, s := range d.Suites {
		for _, c := range s.Cases {
			if s.Name != e.Package || c.Name != e.Test || c.verdict() == "passed" {
				continue
			}
			cases++
			if strings.Contains(c.text(), strings.TrimSpace(clean(e.Output))) {
				return true
			}
		}
	}
	return cases == 0
}

func TestOrderOfEventsBetweenPackages(t *testing.T) {
	t.Parallel()
	events := recorded(t, "packages")
	byPackage := slices.Clone(events)
	slices.SortStableFunc(byPackage, func(a, b parse.Event) int { return strings.Compare(b.Package, a.Package) })
	if diff := cmp.Diff(written(t, Config{}, events...), written(t, Config{}, byPackage...)); diff != "" {
		t.Errorf("the same events in another order of packages make another report:\n%s", diff)
	}
}

func TestUnknownActions(t *testing.T) {
	t.Parallel()
	events := recorded(t, "ordinary")
	var mixed []parse.Event
	for _, e := range events {
		for _, action := range []string{parse.ActionArtifacts, "retry", "PASS", ""} {
			mixed = append(mixed, parse.Event{Action: action, Package: e.Package, Test: e.Test, Time: e.Time, Output: "?", Path: "/tmp/x"})
		}
		mixed = append(mixed, e)
	}
	for _, action := range []string{parse.ActionArtifacts, "retry"} {
		mixed = append(mixed, parse.Event{Action: action, Package: "example.com/other"})
	}
	if diff := cmp.Diff(written(t, Config{}, events...), written(t, Config{}, mixed...)); diff != "" {
		t.Errorf("events of unknown actions change the report:\n%s", diff)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	c := Config{
		Root:       "/src",
		Hostname:   "builder\x001",
		Properties: map[string]string{"go.version": "go1.26", "commit": "abc\x1b[31m"},
	}
	s := written(t, c, stream(planned(t, "TestX"), ranScenario(t, "TestX", []int{0, 1}, 0, "pass", ""))...).suite(t)
	if want := "builder\uFFFD1"; s.Hostname != want {
		t.Errorf("hostname %q, want %q", s.Hostname, want)
	}
	want := []documentProperty{{"commit", "abc"}, {"go.version", "go1.26"}}
	if diff := cmp.Diff(want, s.Properties); diff != "" {
		t.Errorf("properties of the suite (-want +got):\n%s", diff)
	}
	if got, want := s.named(t, "TestX/0,1").File, "bank_test.go"; got != want {
		t.Errorf("file %q, want %q", got, want)
	}
}

func TestNoEvents(t *testing.T) {
	t.Parallel()
	if d := written(t, Config{}); len(d.Suites) != 0 {
		t.Errorf("a report without events has suites: %+v", d.Suites)
	}
}

func TestWriteError(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	err := New(Config{}).WriteXML(refusing{full})
	if !errors.Is(err, full) || !strings.HasPrefix(err.Error(), "write JUnit XML: ") {
		t.Errorf("WriteXML: %v, want write JUnit XML: disk full", err)
	}
}

// refusing is a writer that fails.
type refusing struct{ err error }

func (r refusing) Write([]byte) (int, error) { return 0, r.err }

// recorded returns the events of a recording.
func recorded(t testing.TB, name string) []parse.Event {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var events []parse.Event
	for line := range bytes.Lines(file) {
		e, err := parse.Decode(line)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

// reportOf returns the report of a recording.
func reportOf(t testing.TB, name string) []byte {
	t.Helper()
	r := New(Config{Root: "/src/shop"})
	for _, e := range recorded(t, name) {
		r.Add(e)
	}
	var b bytes.Buffer
	if err := r.WriteXML(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
