package html_test

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/html"
	"github.com/orchtest/orchtest/lib/protocol"
)

// hostile is text that would do something if a browser took it for more.
var hostile = []string{
	"<script>alert(1)</script>",
	`"><img src=x onerror=alert(1)>`,
	"</script><script>alert(1)</script>",
	"</style></title></textarea></pre><svg onload=alert(1)>",
	"<!--", "-->", "]]>", "<![CDATA[", "{{.}}", "${alert(1)}", "javascript:alert(1)",
	"' onmouseover='alert(1)", "\u2028\u2029", "\x00\x1b[31m", "\xff\xfe", "&lt;script&gt;", "`",
}

// pageOf is a page that has a text wherever there can be one.
func pageOf(t testing.TB, text string) string {
	text = "a" + text + "a"
	name := "Test/" + strings.ReplaceAll(text, "/", "_") // the testing package leaves no other slash in the names of subtests
	r := newRecorder(t)
	r.pkg = "example.com/" + text
	s := protocol.Scenario{
		Threads: []string{text, "second"}, FailedTurn: 1, File: text, Line: 3,
		Turns: []protocol.Turn{
			{Thread: 0, File: "/src/" + text, Line: 2, Name: text},
			{Thread: 1, End: protocol.StillBlocked, Waits: []protocol.Wait{{On: text, File: text, Line: 4}}},
			{Thread: 0, End: protocol.Panicked, File: text, Line: 6},
		},
	}
	r.plan(name, s.Threads...)
	r.scenario(name, s, "fail", text)
	r.end(name, "fail")
	r.begin("TestOrdinary" + text)
	r.say("TestOrdinary"+text, text)
	r.end("TestOrdinary"+text, "fail")
	r.begin("TestSkipped" + text)
	r.say("TestSkipped"+text, text)
	r.end("TestSkipped"+text, "skip")
	place := text + "\t" + text + "/a.go:3:1"
	o := outcome(protocol.HuntFailed, text)
	o.Strategies, o.Unconfirmed = []string{text}, []protocol.HuntSeen{{Name: text, Times: 1}}
	r.found("TestHunted"+text, o, map[string]protocol.HuntFound{"deadlock": {
		Version: 1, Strategy: text, Seed: text, Replay: text, Files: map[string]string{text + "/a.go": text},
		Finding: protocol.Finding{
			Kind: text, Text: text, Threads: []protocol.HuntThread{{Started: place, On: text, At: text, Since: 1}},
			Turns: []protocol.HuntTurn{{Thread: -1, From: place}, {From: place, To: place}, {From: place, Blocked: true}},
		},
	}}, "deadlock")
	r.say("", text)
	r.end("", "fail")
	return r.page(html.Config{Incomplete: text, Source: func(string, int, int) []string { return []string{text} }})
}

// tags are the elements of a page, with the names of their attributes, and how many scripts there are.
func tags(page string) (all map[string]bool, scripts int) {
	page = regexp.MustCompile(`(?s)(<style>).*(</style>)`).ReplaceAllString(page, "$1$2")
	page = page[:strings.LastIndex(page, "<script>")]
	all = map[string]bool{}
	for _, tag := range regexp.MustCompile(`(?s)<[^>]*>?`).FindAllString(page, -1) {
		all[regexp.MustCompile(`(?s)="[^"]*"`).ReplaceAllString(tag, "=")] = true
	}
	return all, strings.Count(strings.ToLower(page), "script>")
}

// checkHostile returns a check that a text is shown, and has become no part of the page.
func checkHostile(t testing.TB) func(*testing.T, string) {
	known, scripts := tags(pageOf(t, "b"))
	some, _ := tags(shop(t).page(html.Config{Source: source}))
	maps.Copy(known, some)
	some, _ = tags(hunt(t).page(html.Config{Source: shopSource}))
	maps.Copy(known, some)
	return func(t *testing.T, text string) {
		found, n := tags(pageOf(t, text))
		for tag := range found {
			if !known[tag] {
				t.Errorf("%q: it has become %s", text, tag)
			}
		}
		if n != scripts {
			t.Errorf("%q: %d scripts, want %d", text, n, scripts)
		}
	}
}

// TestHostile: whatever the names, outputs and lines of code are, they are shown, and are no part of the page.
func TestHostile(t *testing.T) {
	check := checkHostile(t)
	for _, text := range hostile {
		check(t, text)
	}
	if page := pageOf(t, hostile[0]); !strings.Contains(page, "a&lt;script&gt;alert(1)&lt;/script&gt;a") {
		t.Error("it is not shown")
	}
}

func FuzzWrite(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(checkHostile(f))
}
