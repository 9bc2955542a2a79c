package gobuild

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestSpellings finds the folder behind a symbolic link also of what does not exist.
func TestSpellings(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.Mkdir(real, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"a.go", filepath.Join("none", "deep", "a.go")} {
		path := filepath.Join(link, name)
		if got, want := spellings(path), []string{path, filepath.Join(real, name)}; !slices.Equal(got, want) {
			t.Errorf("%s is spelled %q, want %q", path, got, want)
		}
		if got := spellings(filepath.Join(real, name)); len(got) != 1 {
			t.Errorf("%s is spelled %q", name, got)
		}
	}
}
