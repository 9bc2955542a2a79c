package overlay_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/internal/overlay"
)

const usesLibrary = `
-- m_test.go --
package m

import _ "github.com/orchtest/orchtest/lib/syncpoint"
`

// TestMisplaced compares the errors with what the pragmas' names say about them.
func TestMisplaced(t *testing.T) {
	t.Parallel()
	text := readFile(t, "testdata/misplaced.txt")
	p := newProject(t, "-- bad.go --\n"+text+usesLibrary)
	result, err := p.build(overlay.Config{})
	var list overlay.ErrorList
	if !errors.As(err, &list) {
		t.Fatalf("got %+v, %v", result, err)
	}
	if diff := cmp.Diff(overlay.Result{}, result); diff != "" {
		t.Errorf("a result beside the error: %s", diff)
	}
	got := map[int]*overlay.Error{}
	for _, e := range list {
		if got[e.Line] != nil {
			t.Errorf("two errors in line %d", e.Line)
		}
		got[e.Line] = e
	}
	for i, line := range strings.Split(text, "\n") {
		checkMisplaced(t, i+1, line, got[i+1])
	}
}

func checkMisplaced(t *testing.T, number int, line string, got *overlay.Error) {
	t.Helper()
	_, want, pragma := strings.Cut(line, "pragma: SYNCPOINT ")
	want = strings.TrimSuffix(want, " */")
	switch {
	case strings.TrimSpace(line) == "/*" && got != nil: // that the next line speaks of
	case !pragma || strings.HasPrefix(want, "nor") || strings.HasPrefix(want, "of which"):
		if got != nil {
			t.Errorf("unexpected: %v", got)
		}
	case got == nil:
		if !strings.HasPrefix(strings.TrimSpace(line), "pragma:") {
			t.Errorf("bad.go:%d: no error, want one with %q", number, want)
		}
	case !strings.Contains(got.Message, want):
		t.Errorf("%v\nwant one with %q", got, want)
	case !strings.HasSuffix(line[:got.Column+1], "//") && !strings.HasSuffix(line[:got.Column+1], "/*"):
		t.Errorf("%v: column %d is not that of the comment in %q", got, got.Column, line)
	case !strings.Contains(got.Message, "; write"):
		t.Errorf("%v: that does not say where it could stand", got)
	}
}

// TestErrorText looks at what a user sees.
func TestErrorText(t *testing.T) {
	t.Parallel()
	p := newProject(t, `
-- b/b.go --
package b

var x = 1 // pragma: SYNCPOINT
-- a.go --
package m

var (
	x = 1 // pragma: SYNCPOINT

	y = 2 // pragma: SYNCPOINT
)

func f() {
	x++ // pragma: SYNCPOINT
}
`+usesLibrary)
	_, err := p.build(overlay.Config{})
	const why = "a syncpoint cannot stand outside of a function; " +
		"write it behind a statement of a function, or on a line of its own between two"
	want := fmt.Sprintf("a.go:4: %[1]s\na.go:6: %[1]s\n%[2]s:3: %[1]s", why, filepath.Join("b", "b.go"))
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	var first *overlay.Error
	if !errors.As(err, &first) || first.Line != 4 || first.Column != 8 {
		t.Errorf("the first error is %+v", first)
	}
	// From a folder below, a file that is not in it has its whole path.
	_, err = p.build(overlay.Config{Dir: p.path("b"), Packages: []string{"../..."}})
	if err == nil || !strings.HasPrefix(err.Error(), p.path("a.go")+":4: ") ||
		!strings.Contains(err.Error(), "\nb.go:3: ") {
		t.Errorf("from below: %v", err)
	}
}

func TestErrorListIsShort(t *testing.T) {
	t.Parallel()
	var list overlay.ErrorList
	for i := range 12 {
		list = append(list, &overlay.Error{File: "a.go", Line: i + 1, Message: "wrong"})
	}
	lines := strings.Split(list.Error(), "\n")
	if len(lines) != 11 || lines[9] != "a.go:10: wrong" || lines[10] != "and 2 more" {
		t.Errorf("got %q", lines)
	}
}
