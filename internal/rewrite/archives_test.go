package rewrite_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/orchtest/orchtest/internal/rewrite"
)

// TestArchives runs modules as they are and rewritten. What runs as it is is in the archive's first lines.
func TestArchives(t *testing.T) {
	archives, err := filepath.Glob(filepath.Join("testdata", "archives", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			dir, flags, asIs := extract(t, path)
			result := write(t, rewrite.Config{Dir: dir, Packages: []string{"./..."}, BuildFlags: flags})
			var whole []string
			for _, p := range result.Packages {
				if len(p.AsIs) == 0 || p.AsIs[0].File != "" {
					whole = append(whole, p.Path)
				}
				for _, as := range p.AsIs {
					asIs = unexpected(t, p.Path, as, asIs)
				}
			}
			for _, text := range asIs {
				t.Errorf("does not run as it is: %s", text)
			}
			flags = append(flags, "-v")
			plain := goTest(t, dir, whole, flags...)
			rewritten := goTest(t, dir, whole, append(flags, "-overlay="+result.Overlay)...)
			if diff := cmp.Diff(plain, rewritten); diff != "" {
				t.Errorf("rewritten, it does something else (-plain +rewritten):\n%s", diff)
			}
		})
	}
}

// unexpected takes out of a list what says why a part of a package runs as it is.
func unexpected(t *testing.T, path string, as rewrite.AsIs, expected []string) (rest []string) {
	text := fmt.Sprintf("%s:%d %s", filepath.Base(as.File), as.Line, as.Reason)
	for i, want := range expected {
		if strings.Contains(text, want) {
			return append(expected[:i:i], expected[i+1:]...)
		}
	}
	t.Errorf("%s runs as it is: %s", path, text)
	return expected
}

// extract writes an archive's files, and reads its first lines.
func extract(t *testing.T, path string) (dir string, flags, asIs []string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for _, f := range archive.Files {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(f.Name)), string(f.Data))
	}
	for line := range strings.Lines(string(archive.Comment)) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), "flags: "); ok {
			flags = strings.Fields(text)
		}
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), "as is: "); ok {
			asIs = append(asIs, text)
		}
	}
	return dir, flags, asIs
}
