package overlay

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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
	overlay := overlayFile{Replace: map[string]string{}}
	maps.Copy(overlay.Replace, b.base)
	for i, path := range slices.Sorted(maps.Keys(texts)) {
		// The folder keeps apart files of the same name, which the C compiler's messages show.
		file := filepath.Join(temp, "overlay", strconv.Itoa(i), filepath.Base(path))
		if err := writeFile(file, texts[path]); err != nil {
			return Result{}, err
		}
		for _, spelling := range spellings(path) {
			overlay.Replace[spelling] = file
		}
	}
	text, err := json.MarshalIndent(overlay, "", "\t")
	if err != nil {
		return Result{}, err
	}
	b.result.File = filepath.Join(temp, "overlay.json")
	return b.result, os.WriteFile(b.result.File, text, 0o666)
}

// spellings are the paths by which the go command may know a file: it compares them letter by letter,
// and whether it sees its folder behind a symbolic link depends on the variable PWD.
func spellings(path string) []string {
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if real := filepath.Join(dir, filepath.Base(path)); err == nil && real != path {
		return []string{path, real}
	}
	return []string{path}
}

func writeFile(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o666)
}
