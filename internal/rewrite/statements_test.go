package rewrite_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/internal/gobuild"
	"github.com/orchtest/orchtest/internal/rewrite"
)

var update = flag.Bool("update", false, "write the golden files")

// TestStatements shows what single statements become.
func TestStatements(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "statements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	cases := strings.Split(strings.TrimSpace(string(text)), "\n\n")[1:]
	head, err := os.ReadFile(filepath.Join("testdata", "statements.go.txt"))
	if err != nil {
		t.Fatal(err)
	}
	program := string(head)
	for i, statement := range cases {
		program += fmt.Sprintf("\nfunc case%d() {\n%s\n}\n", i, statement)
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "go.mod"), "module m\n\ngo 1.25\n")
	writeFile(t, filepath.Join(dir, "m.go"), program)
	result := write(t, rewrite.Config{Dir: dir})
	if len(result.Packages) != 1 || len(result.Packages[0].AsIs) > 0 {
		t.Fatalf("not all has been rewritten: %+v", result.Packages)
	}
	goTest(t, dir, []string{"."}, "-overlay="+result.Overlay) // builds it

	got := ""
	rewritten := readOverlaid(t, result, filepath.Join(dir, "m.go"))
	for i, statement := range cases {
		_, rest, _ := strings.Cut(rewritten, fmt.Sprintf("\nfunc case%d() {\n", i))
		became, _, _ := strings.Cut(rest, fmt.Sprintf("\n}\n\nfunc case%d() {\n", i+1))
		became, _, _ = strings.Cut(became, "\n}\n\nvar _ =")
		got += statement + "\n\t=>\n" + became + "\n\n"
	}
	golden(t, filepath.Join("testdata", "statements.golden"), got)
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		writeFile(t, path, got)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("not as in %s (-want +got); go test ./internal/rewrite -update writes it:\n%s", path, diff)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// readOverlaid is what stands for a file.
func readOverlaid(t *testing.T, result *rewrite.Result, path string) string {
	t.Helper()
	files, err := gobuild.ReadFiles(result.Overlay, "")
	if err != nil {
		t.Fatal(err)
	}
	text, err := files.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
