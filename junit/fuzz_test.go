package junit

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// FuzzText puts one text wherever a report takes text from the stream or the configuration.
func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"", "plain\n", "]]>", "]]]]>>", "<![CDATA[", "&amp;<a b='c'>\"", "\x00\x1b\x7f\x80", "\x1b[1mbold\x1b[m", "\x1b]0;t\x07",
		"\xff\xfe", "\xed\xa0\x80", "\uFFFE\uFFFF\uFFFD\u2028\u0085", "a\r\nb\rc", "\t \n ", "--- FAIL: TestX (0.00s)\n", "TestX/0,1#01",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name := cmp.Or(text, "TestX")
		path := cmp.Or(text, pkg)
		at := func(e parse.Event) parse.Event {
			e.Package = path
			return e
		}
		found := protocol.Scenario{Sequence: []int{1, 0}, Threads: []string{text, text}, File: text, Line: 1}
		scenario := name + "/1,0"
		d := written(t, Config{Hostname: text, Properties: map[string]string{text: text}},
			at(begin(name)), at(reported(t, name, protocol.AttrPlan, protocol.Plan{Threads: []string{text}})),
			at(begin(scenario)), at(reported(t, scenario, protocol.AttrScenario, found)), at(attr(scenario, text, text)),
			at(said(scenario, text)), at(ended("fail", scenario)),
			at(begin("TestError")), at(attr("TestError", protocol.AttrError, text)), at(said("TestError", text)),
			at(said("", text)), at(ended("fail", "")),
		)
		s := d.suite(t)
		want := clean(text)
		for _, check := range []struct{ what, got, want string }{
			{"name of the suite", s.Name, cmp.Or(clean(path), "[no package]")},
			{"hostname", s.Hostname, want},
			{"name of a property", s.Properties[0].Name, want},
			{"value of a property", s.Properties[0].Value, want},
			{"name of a case", s.named(t, clean(scenario)).Name, clean(name + "/1,0")},
			{"text of a failure", s.named(t, clean(scenario)).text(), clean(printed(scenario, text))},
			{"message of an error", s.named(t, "TestError").Error.Message, cmp.Or(want, "could not be run")},
			{"text of an error", s.named(t, "TestError").text(), clean(printed("TestError", text))},
		} {
			if check.got != check.want {
				t.Errorf("%s of %q: %q, want %q", check.what, text, check.got, check.want)
			}
		}
		if got := clean(want); got != want {
			t.Errorf("clean(%q) = %q, want what it is", want, got)
		}
	})
}

// printed is what of a test's output is not framing.
func printed(test, output string) string {
	var x text
	x.add(output, test)
	return x.String(test)
}

// FuzzReport makes a report of any lines that are events.
func FuzzReport(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no recordings in testdata: %v", err)
	}
	for _, name := range files {
		file, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r := New(Config{Root: "/src/shop"})
		var failed []parse.Event
		for line := range bytes.Lines(file) {
			e, err := parse.Decode(line)
			if err != nil {
				continue
			}
			r.Add(e)
			if e.Action == parse.ActionFail {
				failed = append(failed, e)
			}
		}
		var first, second bytes.Buffer
		if err := r.WriteXML(&first); err != nil {
			t.Fatal(err)
		}
		d := checked(t, first.Bytes())
		for _, e := range failed {
			if !shows(d, e) {
				t.Errorf("%q of %q failed, and no case of the package says so", e.Test, e.Package)
			}
		}
		if err := r.WriteXML(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("the report changes by being written: %v", err)
		}
	})
}

// shows reports whether the package of a failed test has a case that is not well.
func shows(d document, e parse.Event) bool {
	name := cmp.Or(clean(e.Package), "[no package]")
	return slices.ContainsFunc(d.Suites, func(s documentSuite) bool {
		return s.Name == name && slices.ContainsFunc(s.Cases, func(c documentCase) bool {
			return c.Failure != nil || c.Error != nil
		})
	})
}
