package overlay_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/internal/overlay"
)

// TestPositions compares what the compiler, vet and a panic say with what they say without an overlay.
func TestPositions(t *testing.T) {
	t.Parallel()
	p := newProject(t, `
-- m_test.go --
package m

import (
	"testing"

	"github.com/orchtest/orchtest/lib/syncpoint"
)

func Test(t *testing.T) {
	f(1)
	syncpoint.Here()
}
`)
	for name, text := range map[string]string{
		"type error": `package m

func f(x int) {
	if undefined1 > x && // pragma: SYNCPOINT
		undefined2 > 3 { // pragma: SYNCPOINT
	}
	for i := 0; i < undefined3; undefined4++ { // pragma: SYNCPOINT
	}
	func(_, _ int) {}(1, // pragma: SYNCPOINT
		2); undefined5()
	return undefined6 // pragma: SYNCPOINT
}
`,
		"vet":    "package m\n\nimport \"fmt\"\n\nfunc f(x int) {\n\tfmt.Printf(\"%s\", x) // pragma: SYNCPOINT\n}\n",
		"panic":  "package m\n\nfunc f(x int) {\n\tif x > 0 { // pragma: SYNCPOINT\n\t\tpanic(x)\n\t}\n}\n",
		"lines":  "package m\n//line m.y:7\nfunc f(x int) {\n\tif x > u { // pragma: SYNCPOINT\n\t\tv()\n\t}\n}\n",
		"import": "package m; import \"fmt\"; import \"os\"\n\nfunc f(x int) {\n\tfmt.Println() // pragma: SYNCPOINT\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			p.write("m.go", text)
			p.checkSameOutput(t)
		})
	}
}

// checkSameOutput wants a failing test to fail with the same words under the overlay.
func (p *project) checkSameOutput(t *testing.T) {
	t.Helper()
	result := p.mustBuild(overlay.Config{})
	want, err := p.try("test", ".")
	if err == nil {
		t.Fatalf("passes: %s", want)
	}
	got, err := p.try("test", "-overlay="+result.File, ".")
	if err == nil {
		t.Errorf("passes: %s", got)
	}
	if diff := cmp.Diff(comparable(want), comparable(got)); diff != "" {
		t.Error(diff)
	}
}

// varying is what differs from run to run of a test: times, addresses, the number of a goroutine.
var varying = regexp.MustCompile(`\d+\.\d+s|0x[0-9a-f]+|goroutine \d+`)

func comparable(out string) []string {
	return strings.Split(varying.ReplaceAllString(out, "…"), "\n")
}

// TestCgo has a file that the go command hands to cgo.
func TestCgo(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no C compiler")
	}
	const text = `package m // a comment

// static int twice(int x) { return 2 * x; }
import "C"

func f() {
	if C.twice(1) == 2 { // pragma: SYNCPOINT
		_ = C.twice(2) // pragma: SYNCPOINT
	}
}
`
	p := newProject(t, "-- m.go --\n"+text+"-- m_test.go --\npackage m\n"+logged)
	result := p.mustBuild(overlay.Config{BuildFlags: []string{"-race"}})
	out := p.run("test", "-v", "-race", "-overlay="+result.File, ".")
	checkEvents(t, out, "m/m.go:7", "m/m.go:8")

	p.write("m.go", strings.Replace(text, "_ = C.twice(2)", "_ = C.thrice(3)", 1))
	p.checkSameOutput(t)
	p.write("m.go", strings.Replace(text, "C.twice(1) == 2", "C.twice(\"1\") == 2", 1))
	p.checkSameOutput(t)
	p.write("m.go", strings.Replace(text, "2 * x", "2 * y", 1))
	p.checkSameOutput(t)
}

// TestCache builds the overlay again elsewhere: a result that go test has cached has to serve.
func TestCache(t *testing.T) {
	t.Parallel()
	p := newProject(t, "-- m.go --\npackage m\n\nfunc f() {\n\t_ = 0 // pragma: SYNCPOINT\n}\n"+
		"-- m_test.go --\npackage m\n"+logged)
	first := p.mustBuild(overlay.Config{})
	second := p.mustBuild(overlay.Config{})
	if first.File == second.File {
		t.Fatal("the same folder twice")
	}
	if out := p.run("test", "-overlay="+first.File, "."); strings.Contains(out, "(cached)") {
		t.Errorf("cached at first: %s", out)
	}
	if out := p.run("test", "-overlay="+second.File, "."); !strings.Contains(out, "(cached)") {
		t.Errorf("not cached: %s", out)
	}
	p.write("m.go", "package m\n\nfunc f() {\n\t_ = 0 // pragma: SYNCPOINT other\n}\n")
	third := p.mustBuild(overlay.Config{})
	if out := p.run("test", "-overlay="+third.File, "."); strings.Contains(out, "(cached)") {
		t.Errorf("cached despite of a change: %s", out)
	}
}
