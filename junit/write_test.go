package junit

import (
	"bytes"
	"encoding/xml"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jstemmer/go-junit-report/v2/junit"
	"pgregory.net/rapid"
)

// The writer writes what encoding/xml writes of the same types.
func TestWriteAsEncodingXML(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		return clean(rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("]>[<&'\"\t\n\r ax,01")), rapid.Rune())).Draw(t, "text"))
	})
	rapid.Check(t, func(t *rapid.T) {
		all := testsuites{seconds: rapid.Float64Range(0, 1e6).Draw(t, "seconds")}
		all.Name = text.Draw(t, "name")
		for range rapid.IntRange(0, 3).Draw(t, "suites") {
			all.add(anySuite(t, text))
		}
		var got, want bytes.Buffer
		if err := all.writeXML(&got); err != nil {
			t.Fatal(err)
		}
		want.WriteString(xml.Header)
		encoder := xml.NewEncoder(&want)
		encoder.Indent("", "\t")
		if err := encoder.Encode(all); err != nil {
			t.Fatal(err)
		}
		want.WriteString("\n")
		if diff := cmp.Diff(want.String(), got.String()); diff != "" {
			t.Fatalf("-encoding/xml +writer\n%s", diff)
		}
	})
}

func anySuite(t *rapid.T, text *rapid.Generator[string]) testsuite {
	some := func(name string) bool { return rapid.Bool().Draw(t, name) }
	s := testsuite{seconds: 1, classname: text.Draw(t, "classname")}
	s.Name, s.Hostname, s.Time, s.Timestamp = text.Draw(t, "suite"), text.Draw(t, "host"), "1.000", text.Draw(t, "timestamp")
	property := rapid.Custom(func(t *rapid.T) junit.Property {
		return junit.Property{Name: text.Draw(t, "property"), Value: text.Draw(t, "value")}
	})
	if all := rapid.SliceOfN(property, 0, 2).Draw(t, "properties"); len(all) > 0 {
		s.Testsuite.Properties = &all
	}
	if some("output") {
		s.SystemOut = &junit.Output{Data: text.Draw(t, "system-out")}
	}
	for range rapid.IntRange(0, 3).Draw(t, "cases") {
		c := testcase{Name: text.Draw(t, "case"), Time: text.Draw(t, "time"),
			File: text.Draw(t, "file"), Line: rapid.IntRange(0, 3).Draw(t, "line")}
		if all := rapid.SliceOfN(property, 0, 2).Draw(t, "properties"); len(all) > 0 {
			c.Properties = &properties{all}
		}
		switch rapid.IntRange(0, 3).Draw(t, "verdict") {
		case 1:
			c.Skipped = &junit.Result{Message: text.Draw(t, "message"), Data: text.Draw(t, "reason")}
		case 2:
			c.Error = newResult(text.Draw(t, "message"), text.Draw(t, "data"))
		case 3:
			c.Failure = newResult(text.Draw(t, "message"), text.Draw(t, "data"))
		}
		if some("flaky") {
			c.Flaky = []rerun{{text.Draw(t, "message"), "", text.Draw(t, "stack")}}
		}
		if some("reruns") {
			c.Reruns = []rerun{{text.Draw(t, "message"), "", text.Draw(t, "stack")}, {}}
		}
		s.add(c)
	}
	return s
}
