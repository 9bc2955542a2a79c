package junit

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jstemmer/go-junit-report/v2/junit"
)

// A writer writes the elements as [xml.Encoder] does, byte by byte, and indents them with tabs. There may be very many
// of them, nearly all alike, and reflection takes ten times as long.
type writer struct {
	w     io.Writer
	text  []byte // that was not written yet
	err   error  // the first of w
	depth int
}

// full is how much text is written at a time.
const full = 1 << 16

func (t *testsuites) writeXML(to io.Writer) error {
	t.Time = secondsText(t.seconds)
	w := &writer{w: to, text: append(make([]byte, 0, full+full/4), xml.Header...)}
	w.open("testsuites")
	w.optional("name", t.Name)
	w.optional("time", t.Time)
	w.number("tests", t.Tests)
	w.number("failures", t.Failures)
	w.number("errors", t.Errors)
	w.number("skipped", t.Skipped)
	w.inside()
	for i := range t.Suites {
		w.suite(&t.Suites[i])
	}
	w.endIf("testsuites", len(t.Suites) > 0)
	w.text = append(w.text, '\n')
	w.flush()
	return w.err
}

func (w *writer) suite(s *testsuite) {
	w.open("testsuite")
	w.attribute("name", s.Name)
	w.number("tests", s.Tests)
	w.number("failures", s.Failures)
	w.number("errors", s.Errors)
	w.number("id", s.ID)
	w.optional("hostname", s.Hostname)
	w.attribute("time", s.Time)
	w.optional("timestamp", s.Timestamp)
	w.number("skipped", s.Skipped)
	w.inside()
	if s.Properties != nil {
		w.properties(*s.Properties)
	}
	for i := range s.Testcases {
		w.testcase(&s.Testcases[i])
		w.flushIfFull()
	}
	if s.SystemOut != nil {
		w.open("system-out")
		w.inside()
		w.data(s.SystemOut.Data)
		w.close("system-out")
	}
	w.endIf("testsuite", s.Properties != nil || len(s.Testcases) > 0 || s.SystemOut != nil)
}

func (w *writer) testcase(c *testcase) {
	w.open("testcase")
	w.attribute("name", c.Name)
	w.attribute("classname", c.Classname)
	w.optional("time", c.Time)
	w.optional("file", c.File)
	if c.Line != 0 {
		w.number("line", c.Line)
	}
	w.inside()
	before := len(w.text)
	if c.Properties != nil {
		w.properties(c.Properties.Properties)
	}
	if c.Skipped != nil {
		w.open("skipped")
		w.attribute("message", c.Skipped.Message)
		w.optional("type", c.Skipped.Type)
		w.inside()
		w.data(c.Skipped.Data)
		w.close("skipped")
	}
	w.result("error", c.Error)
	w.result("failure", c.Failure)
	w.reruns("flakyFailure", c.Flaky)
	w.reruns("rerunFailure", c.Reruns)
	w.endIf("testcase", len(w.text) > before)
}

func (w *writer) properties(all []junit.Property) {
	w.open("properties")
	w.inside()
	for _, p := range all {
		w.open("property")
		w.attribute("name", p.Name)
		w.attribute("value", p.Value)
		w.inside()
		w.close("property")
	}
	w.endIf("properties", len(all) > 0)
}

func (w *writer) result(name string, r *result) {
	if r == nil {
		return
	}
	w.open(name)
	w.attribute("message", r.Message)
	w.attribute("type", r.Type)
	w.inside()
	w.data(r.Data)
	w.close(name)
}

func (w *writer) reruns(name string, all []rerun) {
	for _, r := range all {
		w.open(name)
		w.attribute("message", r.Message)
		w.attribute("type", r.Type)
		w.inside()
		w.open("stackTrace")
		w.inside()
		w.escape(r.StackTrace)
		w.close("stackTrace")
		w.end(name)
	}
}

// open begins an element, on a line of its own. What follows are its attributes.
func (w *writer) open(name string) {
	w.line()
	w.text = append(append(w.text, '<'), name...)
	w.depth++
}

// inside ends the attributes.
func (w *writer) inside() { w.text = append(w.text, '>') }

// close ends an element that has no elements in it.
func (w *writer) close(name string) {
	w.depth--
	w.text = append(append(append(w.text, "</"...), name...), '>')
}

// end ends an element that has.
func (w *writer) end(name string) {
	w.depth--
	w.line()
	w.depth++
	w.close(name)
}

func (w *writer) endIf(name string, elements bool) {
	if elements {
		w.end(name)
	} else {
		w.close(name)
	}
}

func (w *writer) line() {
	if len(w.text) == len(xml.Header) && w.depth == 0 {
		return // which has a line's end
	}
	w.text = append(w.text, '\n')
	for range w.depth {
		w.text = append(w.text, '\t')
	}
}

func (w *writer) attribute(name, value string) {
	w.text = append(append(append(w.text, ' '), name...), `="`...)
	w.escape(value)
	w.text = append(w.text, '"')
}

func (w *writer) optional(name, value string) {
	if value != "" {
		w.attribute(name, value)
	}
}

func (w *writer) number(name string, value int) {
	w.text = append(append(append(w.text, ' '), name...), `="`...)
	w.text = append(strconv.AppendInt(w.text, int64(value), 10), '"')
}

// escapes are of the characters of ASCII that cannot stand for themselves; what XML forbids is not among them, since
// text has been through [clean].
var escapes = [utf8.RuneSelf]string{
	'"': "&#34;", '\'': "&#39;", '&': "&amp;", '<': "&lt;", '>': "&gt;", '\t': "&#x9;", '\n': "&#xA;", '\r': "&#xD;",
}

// escape writes text so that it comes out again as it is.
func (w *writer) escape(text string) {
	from := 0
	for i := range len(text) {
		if c := text[i]; c < utf8.RuneSelf && escapes[c] != "" {
			w.text = append(append(w.text, text[from:i]...), escapes[c]...)
			from = i + 1
		}
	}
	w.text = append(w.text, text[from:]...)
}

// data writes text as CDATA sections: one, unless it has the end of one in it.
func (w *writer) data(text string) {
	if text == "" {
		return
	}
	w.text = append(w.text, "<![CDATA["...)
	w.text = append(w.text, strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>")...)
	w.text = append(w.text, "]]>"...)
}

func (w *writer) flushIfFull() {
	if len(w.text) >= full {
		w.flush()
	}
}

func (w *writer) flush() {
	if w.err == nil {
		_, w.err = w.w.Write(w.text)
	}
	w.text = w.text[:0]
}
