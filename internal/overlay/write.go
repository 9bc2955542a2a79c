package overlay

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/orchtest/orchtest/internal/gobuild"
)

// write writes the new texts and the overlay file, unless there are none.
func (b *builder) write(below map[string]bool) (Result, error) {
	texts, err := b.rewrite(below)
	if err != nil || len(texts) == 0 {
		b.result.Pragmas = 0
		return b.result, err
	}
	temp, err := filepath.Abs(b.config.TempDir)
	if err != nil {
		return Result{}, err
	}
	files := gobuild.Files{}
	maps.Copy(files, b.base)
	for i, path := range slices.Sorted(maps.Keys(texts)) {
		// The folder keeps apart files of the same name, which the C compiler's messages show.
		file := filepath.Join(temp, "overlay", strconv.Itoa(i), filepath.Base(path))
		if err := files.Put(path, file, texts[path]); err != nil {
			return Result{}, err
		}
	}
	b.result.File = filepath.Join(temp, "overlay.json")
	return b.result, files.Write(b.result.File)
}
