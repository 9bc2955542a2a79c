package html_test

import (
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/html"
	"github.com/orchtest/orchtest/junit"
	"github.com/orchtest/orchtest/lib/protocol"
)

var update = flag.Bool("update", false, "rewrite the golden files and the pictures in docs")

// TestGolden: what stands on the page of a small run, and on that of a hunt. Style and script are left out.
func TestGolden(t *testing.T) {
	t.Run("shop", func(t *testing.T) {
		golden(t, shop(t).page(html.Config{Source: source, Incomplete: "interrupted (terminated)"}))
	})
	t.Run("hunt", func(t *testing.T) { golden(t, hunt(t).page(html.Config{Source: shopSource})) })
}

// golden compares a page with the golden file that is named as the test is.
func golden(t *testing.T, got string) {
	t.Helper()
	for _, element := range []string{"style", "script"} {
		got = regexp.MustCompile(`(?s)<`+element+`>.*</`+element+`>`).ReplaceAllLiteralString(got, "<"+element+"></"+element+">")
	}
	got = regexp.MustCompile(`sha256-.*?&#39;`).ReplaceAllLiteralString(got, "sha256-…&#39;")
	path := filepath.Join("testdata", path.Base(t.Name())+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestHeadline: the page says at its top how the run went.
func TestHeadline(t *testing.T) {
	one := func(verdict junit.Verdict) []junit.Package {
		return []junit.Package{{Name: "p", Cases: []junit.Case{{Name: "TestX", Verdict: verdict}}}}
	}
	for name, test := range map[string]struct {
		packages   []junit.Package
		incomplete string
		want       string
	}{
		"nothing":    {nil, "", "There was nothing to test"},
		"passed":     {one(junit.Passed), "", "All passed"},
		"skipped":    {one(junit.Skipped), "", "All passed"},
		"failed":     {one(junit.Failed), "", "1 test failed"},
		"errored":    {one(junit.Errored), "interrupted (interrupt)", "1 test failed"},
		"incomplete": {one(junit.Passed), "interrupted (interrupt)", "Not complete"},
		"scenarios":  {shop(t).report.Packages(), "", "4 scenarios and 1 test failed"},
		"findings":   {hunt(t).report.Packages(), "", "2 findings; 1 test failed"},
		"hunted":     {hunted(t, protocol.HuntPassed).report.Packages(), "", "Nothing was found"},
		"inconclusive": {hunted(t, protocol.HuntPassed, protocol.HuntUndecided, protocol.HuntDeclined).report.Packages(), "",
			"Nothing was found in 1 of 3 hunted tests"},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			if err := html.Write(&b, test.packages, html.Config{Incomplete: test.incomplete}); err != nil {
				t.Fatal(err)
			}
			if want := "<title>" + test.want + " – orchtest</title>"; !strings.Contains(b.String(), want) {
				t.Errorf("no %s", want)
			}
			if got := strings.Contains(b.String(), "Not everything was run"); got != (test.incomplete != "") {
				t.Errorf("it says that not everything was run: %v", got)
			}
		})
	}
}

// TestRoom: whatever fails, the page stays small, says what it leaves out, and has all scenarios in its list.
func TestRoom(t *testing.T) {
	r := newRecorder(t)
	r.plan("TestMany", "first", "second")
	const n = 60
	for i := range n {
		turns := []protocol.Turn{at(0, i+1)}
		for range i { // no two have the same name
			turns = append(turns, at(1, 3))
		}
		r.scenario("TestMany", protocol.Scenario{Threads: []string{"first", "second"}, Turns: turns, FailedTurn: -1}, "fail", strings.Repeat("no\n", 20_000))
	}
	r.end("TestMany", "fail")
	page := r.page(html.Config{Room: 300_000})
	drawn := strings.Count(page, `<details class="card failure"`)
	if drawn == 0 || drawn == n || len(page) > 600_000 {
		t.Errorf("%d drawn, in %d bytes", drawn, len(page))
	}
	for _, want := range []string{
		fmt.Sprintf("%d are drawn, those with the fewest preemptions of each test. %d more have failed", drawn, n-drawn),
		"bytes are left out here; --junitfile and --jsonfile have them",
		`"verdicts":"` + strings.Repeat("f", n) + `"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	if !strings.Contains(page, "0,1,1,1") {
		t.Error("a scenario with few switches is not drawn")
	}
}

// outside matches what a browser would fetch.
var outside = regexp.MustCompile(`(?i)\b(src|srcset|action|data|poster|background)=|@import|url\((?:"|')?(?:[^#)])|<(link|iframe|object|embed|img)\b|fetch\(|XMLHttpRequest|WebSocket|innerHTML|eval\(`)

// TestSelfContained: the page asks for nothing beside itself.
func TestSelfContained(t *testing.T) {
	page := shop(t).page(html.Config{Source: source}) + hunt(t).page(html.Config{Source: shopSource})
	if found := outside.FindAllString(page, -1); found != nil {
		t.Errorf("%q", found)
	}
	for _, link := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		id := strings.TrimPrefix(link[1], "#")
		if !strings.Contains(page, `id="`+id+`"`) {
			t.Errorf("a link to %q, which is not there", link[1])
		}
	}
}

// TestIDs: no id is given twice.
func TestIDs(t *testing.T) {
	for name, page := range map[string]string{
		"shop": shop(t).page(html.Config{Source: source}), "hunt": hunt(t).page(html.Config{Source: shopSource}),
	} {
		t.Run(name, func(t *testing.T) {
			var ids []string
			for _, id := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
				if slices.Contains(ids, id[1]) {
					t.Errorf("id %q twice", id[1])
				}
				ids = append(ids, id[1])
			}
		})
	}
}

// TestOutcomes: labels are told from each other, whatever they have in them.
func TestOutcomes(t *testing.T) {
	r := newRecorder(t)
	r.plan("TestMany", "first", "second")
	r.attr("TestMany", protocol.AttrExploration, protocol.Exploration{Version: 1, Sequences: "2", Planned: 2, Passed: 2, Outcomes: []protocol.Outcome{
		{Label: "残高 30", Scenarios: 1, Sequence: "0,1"}, {Label: "two\nlines", Scenarios: 1, Sequence: "1,0"},
	}})
	r.end("TestMany", "pass")
	page := r.page(html.Config{})
	for _, want := range []string{`<th scope="row">残高 30</th>`, `<th scope="row">&#34;two\nlines&#34;</th>`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
}
