package overlay_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/internal/covertool"
	"github.com/orchtest/orchtest/internal/overlay"
)

// TestMain lets the test binary be what -toolexec names.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == covertool.Arg {
		os.Exit(covertool.Main(os.Args[2:]))
	}
	os.Exit(m.Run())
}

func toolexec(t *testing.T, overlayFile string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	flag, err := covertool.Flag(self, overlayFile, "")
	if err != nil {
		t.Fatal(err)
	}
	return flag
}

// TestHollow has the cover tool look at the user's files and at those of the overlay, hollow. What it
// counts, and where it says that it is, is to be the same, and what it was not shown to come back whole.
func TestHollow(t *testing.T) {
	t.Parallel()
	p := newProject(t, "-- lines.go --\npackage order\n\n//line other.y:100\nfunc lines(n int) {\n"+
		"\tn++ // pragma: SYNCPOINT\n//line other.y:7:3\n\tn++ // pragma: SYNCPOINT\n\tif n > 0 { n-- } else { n++ } // pragma: SYNCPOINT\n}\n")
	for file, text := range orderFiles(t) {
		p.write(file, text)
		p.write("crlf_"+file, strings.ReplaceAll(text, "\n", "\r\n"))
	}
	result := p.mustBuild(overlay.Config{Marked: true})
	replaced, err := overlay.ReadReplaced(result.File)
	if err != nil {
		t.Fatal(err)
	}
	tool := coverTool(t)
	for original, path := range replaced {
		hollow, taken := overlay.Hollow([]byte(readFile(t, path)))
		if len(taken) == 0 || strings.Contains(string(hollow), "orchtest/lib/syncpoint") {
			t.Errorf("%s: %d texts were taken out of it, and it is now\n%s", original, len(taken), hollow)
		}
		stand := filepath.Join(t.TempDir(), filepath.Base(original))
		if err := os.WriteFile(stand, hollow, 0o666); err != nil {
			t.Fatal(err)
		}
		plain, covered := annotate(t, tool, original), annotate(t, tool, stand)
		if diff := cmp.Diff(blocks(plain), blocks(covered)); diff != "" || len(blocks(plain)) == 0 {
			t.Errorf("%s: -plain +hollow\n%s", original, diff)
		}
		filled, err := overlay.Fill([]byte(covered), taken)
		if err != nil {
			t.Errorf("%s: %v", original, err)
		}
		const called = "orchtestsyncpoint"
		if got, want := strings.Count(string(filled), called), strings.Count(readFile(t, path), called); got != want {
			t.Errorf("%s: %d calls, want %d", original, got, want)
		}
	}
}

func coverTool(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "tool", "-n", "cover").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func annotate(t *testing.T, tool, file string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), tool, "-mode=set", "-var=counted", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

var entry = regexp.MustCompile(`(?m)^\t\t\d.* // .*$`)

// blocks are the positions and the numbers of statements in what the cover tool has written.
func blocks(annotated string) []string {
	_, variable, _ := strings.Cut(annotated, "\nvar counted = ")
	return entry.FindAllString(variable, -1)
}

// TestCoverageCache has the go command build the same overlay with coverage and without what mends it,
// and with it, and without it again. None of the builds may be taken for the other from its cache.
func TestCoverageCache(t *testing.T) {
	t.Parallel()
	p := newProject(t, "-- m.go --\npackage m\n\nfunc f() {\n\t_ = 0 // pragma: SYNCPOINT\n}\n-- m_test.go --\npackage m\n"+logged)
	result := p.mustBuild(overlay.Config{Marked: true})
	plain := []string{"test", "-v", "-cover", "-overlay=" + result.File}
	mended := append(slices.Clip(plain), "-toolexec="+toolexec(t, result.File))
	for range 2 {
		if out := p.run(plain...); strings.Contains(out, "m.go:4") {
			t.Errorf("go test alone has the overlay:\n%s", out)
		}
		checkEvents(t, p.run(mended...), "m/m.go:4")
	}
}

// TestFill wants each text back in its place, wherever the tool has carried that.
func TestFill(t *testing.T) {
	t.Parallel()
	const text = "a/*orchtest<*/1/*>orchtest*//*line :1:2*/ b/*orchtest<*/; \"/*orchtest#0*/\"/*>orchtest*/c"
	hollow, taken := overlay.Hollow([]byte(text))
	if got, want := string(hollow), "a/*orchtest#0*//*line :1:2*/ b/*orchtest#1*/c"; got != want {
		t.Fatalf("hollow: %s, want %s", got, want)
	}
	filled, err := overlay.Fill([]byte("x /*orchtest#1*/ y /*orchtest#7*/ /*orchtest#0*/"), taken)
	if got, want := string(filled), "x ; \"/*orchtest#0*/\" y /*orchtest#7*/ 1"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if _, err := overlay.Fill([]byte("/*orchtest#1*/"), taken); err == nil {
		t.Error("no error where a place is missing")
	}
	for _, text := range []string{"", "package a\n", "/*orchtest<*/ without an end"} {
		if hollow, taken := overlay.Hollow([]byte(text)); string(hollow) != text || len(slices.Concat(taken...)) > 0 {
			t.Errorf("%q became %q", text, hollow)
		}
	}
}
