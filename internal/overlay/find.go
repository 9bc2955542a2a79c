package overlay

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/orchtest/orchtest/internal/gobuild"
)

// readers is how many files are read at once: enough to keep a disk busy, few enough for a laptop.
const readers = 4

var (
	word    = []byte("SYNCPOINT")
	mention = regexp.MustCompile(`pragma:[ \t]*SYNCPOINT`)
)

// mentions tells whether a file may bear a pragma. Nearly all files are dismissed by the first test.
func mentions(text []byte) bool {
	return bytes.Contains(text, word) && mention.Match(text)
}

// search looks through folders for any Go file that mentions a pragma.
type search struct {
	files gobuild.Files
	group errgroup.Group
	found atomic.Bool
}

// anyMention tells whether a Go file mentions a pragma: one below the roots, one of those named, or one
// that the user's overlay puts in place of another.
func anyMention(ctx context.Context, roots, named []string, files gobuild.Files) (bool, error) {
	s := &search{files: files}
	s.group.SetLimit(readers)
	for path, to := range files {
		if to != "" && isGo(path) {
			s.file(path)
		}
	}
	for _, path := range named {
		s.file(path)
	}
	for _, root := range roots {
		s.folder(ctx, root, true)
	}
	_ = s.group.Wait() // what it runs returns no errors
	return s.found.Load(), ctx.Err()
}

// folder goes through a folder and those below it, except those of another module: that is either a
// root of its own or not part of the build.
func (s *search) folder(ctx context.Context, dir string, root bool) {
	if s.found.Load() || ctx.Err() != nil {
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil || !root && slices.ContainsFunc(entries, isGoMod) {
		return
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		switch {
		case entry.IsDir():
			if !skipped(entry.Name()) {
				s.spread(func() { s.folder(ctx, path, false) })
			}
		case isGo(path):
			s.file(path)
		}
	}
}

// spread runs f beside what is running already or, if that is enough, at once.
func (s *search) spread(f func()) {
	if !s.group.TryGo(func() error { f(); return nil }) {
		f()
	}
}

func (s *search) file(path string) {
	if s.found.Load() {
		return
	}
	// A file that cannot be read is for the go command to report.
	if text, err := s.files.Read(path); err == nil && mentions(text) {
		s.found.Store(true)
	}
}

func isGo(path string) bool { return strings.HasSuffix(path, ".go") }

func isGoMod(entry fs.DirEntry) bool { return entry.Name() == "go.mod" && !entry.IsDir() }

// skipped are folders that may be huge and hold no package that the go command would find.
func skipped(name string) bool {
	return strings.HasPrefix(name, ".") || name == "node_modules"
}
