package overlay

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// corpus are packages of the standard library with code of many kinds: parsers, state machines with
// labels, unsafe code, generics, range functions, goroutines.
var corpus = []string{
	"bufio", "bytes", "compress/flate", "context", "encoding/json", "encoding/xml", "fmt", "go/ast",
	"go/printer", "go/types", "io", "iter", "math/big", "regexp/syntax", "slices", "sort", "strconv",
	"strings", "sync", "text/tabwriter", "text/template", "text/template/parse", "time",
}

// TestCorpus puts pragmas all over real code and has the type checker look at what becomes of it: a
// stop in a wrong place is a missing return, an unused label, or a value of the wrong type.
func TestCorpus(t *testing.T) {
	t.Parallel()
	corpus, least := corpus, 200
	if raceEnabled { // which has nothing to find here, but takes its time
		corpus, least = corpus[:3], 10
	}
	files := token.NewFileSet()
	imports := &corpusImporter{library: checkLibrary(t), other: importer.ForCompiler(files, "source", nil)}
	random := rand.New(rand.NewPCG(1, 2))
	var total, pragmas int
	for _, path := range corpus {
		texts := corpusFiles(t, path)
		for _, name := range slices.Sorted(maps.Keys(texts)) {
			marked, n := mark(texts[name], random)
			texts[name] = checkRewrite(t, marked)
			total, pragmas = total+1, pragmas+n
		}
		typecheck(t, files, path, texts, imports)
	}
	if t.Logf("%d pragmas in %d files", pragmas, total); total < least || pragmas < 10*total {
		t.Errorf("that is too few: %d pragmas in %d files", pragmas, total)
	}
}

// corpusImporter knows the package of the inserted import too.
type corpusImporter struct {
	library *types.Package
	other   types.Importer
}

func (c *corpusImporter) Import(path string) (*types.Package, error) {
	if path == syncpointPath {
		return c.library, nil
	}
	return c.other.Import(path)
}

func checkLibrary(t *testing.T) *types.Package {
	t.Helper()
	const rest = "package syncpoint\nfunc Here() {}\nfunc Named(string) {}\nfunc stop(string) {}\n"
	text, err := os.ReadFile("../../lib/syncpoint/overlay.go")
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	return typecheck(t, files, syncpointPath, map[string]string{"overlay.go": string(text), "rest.go": rest},
		importer.ForCompiler(files, "source", nil))
}

func typecheck(t *testing.T, files *token.FileSet, path string, texts map[string]string, imports types.Importer) *types.Package {
	t.Helper()
	var parsed []*ast.File
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		syntax, err := parser.ParseFile(files, name, texts[name], parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, syntax)
	}
	c := types.Config{Importer: imports, Error: func(err error) { t.Error(err) }}
	pkg, _ := c.Check(path, files, parsed, nil) // Error has the error
	return pkg
}

func corpusFiles(t *testing.T, path string) map[string]string {
	t.Helper()
	dir := filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(path))
	pkg, err := build.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, name := range pkg.GoFiles {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Join(dir, name)] = string(text)
	}
	return texts
}

// mark puts pragmas behind and before random lines, but for those that would be in a wrong place.
func mark(text string, random *rand.Rand) (marked string, pragmas int) {
	chosen := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		chosen[fmt.Sprint("behind", i)] = random.IntN(4) == 0 && !strings.Contains(line, "//")
		chosen[fmt.Sprint("before", i)] = random.IntN(8) == 0
	}
	s, err := parse(testPath, []byte(withMarks(text, chosen)))
	if err != nil {
		return text, 0
	}
	clear(chosen)
	for _, p := range s.pragmas {
		if _, complaint := s.place(p); complaint == "" {
			chosen[p.name] = true
			pragmas++
		}
	}
	return withMarks(text, chosen), pragmas
}

// withMarks names each pragma for its place, by which it is found again.
func withMarks(text string, chosen map[string]bool) string {
	var lines []string
	for i, line := range strings.Split(text, "\n") {
		if name := fmt.Sprint("before", i); chosen[name] {
			lines = append(lines, "// pragma: SYNCPOINT "+name)
		}
		if name := fmt.Sprint("behind", i); chosen[name] {
			line += " // pragma: SYNCPOINT " + name
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
