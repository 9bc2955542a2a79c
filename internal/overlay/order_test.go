package overlay_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/orchtest/orchtest/internal/overlay"
)

// orderCase is a function in testdata/order and what its comment says about it.
type orderCase struct {
	name    string
	file    string
	want    []string
	pragmas []int // their lines
}

// TestOrder runs every function in testdata/order and compares the events with what its comment says.
// It does so twice, the second time with a byte order mark and with carriage returns.
func TestOrder(t *testing.T) {
	t.Parallel()
	testOrder(t, "\ufeff", overlay.Config{}, func(file string) []string {
		return []string{"run", "-overlay=" + file, "."}
	})
}

// TestOrderWithCoverage is TestOrder in a build with coverage: the statements that count are where the
// cover tool puts them, and the stops all the same where they belong. The tool knows no byte order mark.
func TestOrderWithCoverage(t *testing.T) {
	t.Parallel()
	testOrder(t, "", overlay.Config{Marked: true}, func(file string) []string {
		return []string{"run", "-cover", "-coverpkg=./...", "-overlay=" + file, "-toolexec=" + toolexec(t, file), "."}
	})
}

func testOrder(t *testing.T, mark string, config overlay.Config, args func(file string) []string) {
	p := newProject(t, "-- main.go --\n"+orderMain)
	var cases []orderCase
	for file, text := range orderFiles(t) {
		p.write("plain/"+file, text)
		p.write("crlf/"+file, mark+strings.ReplaceAll(text, "\n", "\r\n"))
		cases = append(cases, parseOrder(t, file, text)...)
	}
	p.write("plain/cases.go", orderTable(cases))
	p.write("crlf/cases.go", orderTable(cases))

	result := p.mustBuild(config)
	var events map[string][]string
	out := p.run(args(result.File)...)
	warning, out, _ := strings.Cut(out, "{") // that coverage has nowhere to go
	if err := json.Unmarshal([]byte("{"+out), &events); err != nil {
		t.Fatalf("%v in %s%s", err, warning, out)
	}
	for _, dir := range []string{"plain", "crlf"} {
		for _, c := range cases {
			t.Run(dir+"/"+c.name, func(t *testing.T) {
				got := c.numbered(p.path(dir+"/"+c.file), events[dir+"/"+c.name])
				if !slices.Equal(got, c.want) {
					t.Errorf("%s\n got %q\nwant %q", c.file, got, c.want)
				}
			})
		}
	}
}

const orderMain = `package main

import (
	"encoding/json"
	"fmt"

	crlf "example.com/m/crlf"
	plain "example.com/m/plain"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

func main() {
	events := map[string][]string{}
	for name, run := range plain.Cases {
		run()
		events["plain/"+name] = syncpoint.Take()
	}
	for name, run := range crlf.Cases {
		run()
		events["crlf/"+name] = syncpoint.Take()
	}
	text, _ := json.Marshal(events)
	fmt.Println(string(text))
}
`

func orderFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir("testdata/order")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".txt"), ".go") + ".go"
		files[name] = readFile(t, filepath.Join("testdata/order", e.Name()))
	}
	return files
}

var (
	wantLine = regexp.MustCompile(`^// want: ?(.*)`)
	funcLine = regexp.MustCompile(`^func (\w+)\(\)`)
	mention  = regexp.MustCompile(`pragma:\s*SYNCPOINT`)
)

// parseOrder reads the comments. The pragmas of a function are those down to the next one that has a
// comment, so that it can have helpers.
func parseOrder(t *testing.T, file, text string) (cases []orderCase) {
	t.Helper()
	for i, line := range strings.Split(text, "\n") {
		if m := wantLine.FindStringSubmatch(line); m != nil {
			cases = append(cases, orderCase{file: file, want: strings.Fields(m[1])})
			continue
		}
		if len(cases) == 0 {
			continue
		}
		c := &cases[len(cases)-1]
		if m := funcLine.FindStringSubmatch(line); m != nil && c.name == "" {
			c.name = m[1]
		}
		if mention.MatchString(line) {
			c.pragmas = append(c.pragmas, i+1)
		}
	}
	return cases
}

func orderTable(cases []orderCase) string {
	var b strings.Builder
	b.WriteString("package order\n\nvar Cases = map[string]func(){\n")
	for _, c := range cases {
		fmt.Fprintf(&b, "\t%q: %s,\n", c.name, c.name)
	}
	b.WriteString("}\n")
	return b.String()
}

// numbered replaces the positions of stops that are pragmas of the function by their numbers.
func (c orderCase) numbered(path string, events []string) []string {
	var out []string
	for _, event := range events {
		if at, ok := strings.CutPrefix(event, "stop "); ok {
			at, name, _ := strings.Cut(at, " ")
			event = "stop at " + at
			for i, line := range c.pragmas {
				if at == path+":"+strconv.Itoa(line) {
					event = "stop" + strconv.Itoa(i+1)
				}
			}
			if name != "" {
				event += "=" + strings.ReplaceAll(name, " ", "_")
			}
		}
		out = append(out, event)
	}
	return out
}
