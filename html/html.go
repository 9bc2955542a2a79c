// Package html writes what a run came to as a page for people: one file, which needs neither a network nor
// anything beside it.
//
//	err := html.Write(file, report.Packages(), html.Config{})
//
// The page shows, for each orchestrated test, what became of its scenarios and what they covered; each scenario
// that failed as lanes, one for each thread, with the lines of code; a list of all scenarios to search; what became of
// each test that was hunted, with what was found as lanes, too; and the ordinary tests by package. It shows the same cases as the JUnit report of the same run.
//
// Where the browser runs no scripts there is no list of all scenarios. Everything else can be read, and used
// with the keyboard.
//
// Limits: lanes are drawn of as many findings and scenarios as fit into [Config.Room]: findings first, and of each test
// the scenarios with the fewest preemptions. Other scenarios are in the list, with their message and the command that
// replays them, and the page says so; other findings have their text. Of an output that is very long, its beginning and its end are shown.
package html

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/orchtest/orchtest/junit"
)

// DefaultRoom is how much is drawn where nothing else is asked for. With it, a page of 10,000 scenarios is smaller
// than 5 MB, even if all have failed.
const DefaultRoom = 3 << 19

// A Config says what the packages do not. Its zero value is a valid one.
type Config struct {
	// Source returns the lines of a file from first to last, as far as there are. Nil knows none.
	Source func(file string, first, last int) []string
	// Incomplete says why not everything was run; "" where everything was.
	Incomplete string
	// Room is how many bytes the drawings of failed scenarios and findings may take, about; 0 is DefaultRoom.
	Room int
}

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string

	page = template.Must(template.New("page").Parse(pageText))
)

// Write writes the page. The packages have to come from a report with Config.Turns.
func Write(w io.Writer, packages []junit.Package, c Config) error {
	all := newContent(packages, c)
	sum := sha256.Sum256([]byte(pageScript))
	err := page.Execute(w, struct {
		*content
		Policy string
		Style  template.CSS
		Script template.JS
	}{
		all,
		// A second lock on the door: whatever got into the page, no script of it would run.
		fmt.Sprintf("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'",
			base64.StdEncoding.EncodeToString(sum[:])),
		template.CSS(pageStyle), template.JS(pageScript),
	})
	if err != nil {
		return fmt.Errorf("write HTML: %w", err)
	}
	return nil
}
