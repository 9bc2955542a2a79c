package rewrite

import (
	"context"
	"go/ast"
	"go/parser"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/orchtest/orchtest/internal/gobuild"
	"github.com/orchtest/orchtest/internal/gosource"
)

// imported are the packages that a fuzzed file may import.
var imported = []string{"context", "fmt", "os/exec", "runtime", "strings", "sync", "sync/atomic", "testing", "time", "unsafe", "errors", "cmp"}

// FuzzRewrite rewrites files: the rewritten form of what has types has types, and every word that is left is on
// the line on which it was.
func FuzzRewrite(f *testing.F) {
	for _, pattern := range []string{"programs/*/*.go", "old/*.go", "loops/*.go"} {
		files, err := filepath.Glob(filepath.Join("testdata", filepath.FromSlash(pattern)))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			alone := strings.ReplaceAll(strings.ReplaceAll(string(text), "\"example.com/programs/here\"", ""), "here.", "here_")
			f.Add(alone + "\nfunc here_Line(...any) {}\nfunc here_Panic(f func()) { f() }\nfunc here_Of[T any](v T) T { return v }\n")
		}
	}
	exports := sync.OnceValues(func() (map[string]string, error) {
		l, err := load(context.Background(), Config{Into: os.TempDir()})
		if err != nil {
			return nil, err
		}
		l.order = []*unit{{listed: listed{gobuild.Package{Imports: imported}}}}
		err = l.export(context.Background())
		return l.exports, err
	})
	f.Fuzz(func(t *testing.T, text string) {
		known, err := exports()
		if err != nil {
			t.Skip(err)
		}
		rewriteAlone(t, text, known)
	})
}

func rewriteAlone(t *testing.T, text string, exports map[string]string) {
	l, err := newLoader(Config{})
	if err != nil {
		t.Fatal(err)
	}
	l.exports = exports
	l.importExports()
	l.runtime = &runtimeCopy{prefix: "m/zz_orchtest/lib/"}
	if err := l.runtime.read("hunt"); err != nil {
		t.Fatal(err)
	}
	file, err := gosource.Parse(l.fset, "/dir/m_test.go", []byte(text), parser.ParseComments)
	if err != nil {
		t.Skip("does not parse")
	}
	s := &source{file, "m/m_test.go"}
	l.sources[s.Path], l.files[s.Token] = s, parsed{s, s.Syntax}
	u := &unit{listed: listed{gobuild.Package{ImportPath: "m", GoFiles: []string{s.Path}}}, whole: true, wanted: true}
	l.check(u)
	if u.err != nil {
		t.Skip("has no types")
	}
	l.checkRuntime()
	w := &writer{loader: l}
	became := w.attempt(u, map[ast.Decl]bool{})
	if problems := w.recheck(u, became); len(problems) > 0 {
		t.Errorf("%v in\n%s", problems, became[s])
	}
	before, after := places(text), places(string(became[s]))
	for word, place := range after {
		if was, ok := before[word]; ok && strings.Count(text, word) == 1 && was != place {
			t.Errorf("%s was at %s, is at %s in\n%s", word, was, place, became[s])
		}
	}
}
