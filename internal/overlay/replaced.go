package overlay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// replaced is the user's own overlay: what stands for which file. It is empty if there is none.
type replaced map[string]string

// overlayFile is the JSON that `go build -overlay` reads.
type overlayFile struct {
	Replace map[string]string
}

// readReplaced reads an overlay file. Like the go command it takes relative paths from dir.
func readReplaced(file, dir string) (replaced, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(absolute(dir, file))
	if err != nil {
		return nil, fmt.Errorf("overlay %s: %w", file, err)
	}
	var content overlayFile
	if err := json.Unmarshal(text, &content); err != nil {
		return nil, fmt.Errorf("overlay %s: %w", file, err)
	}
	r := replaced{}
	for from, to := range content.Replace {
		if to != "" {
			to = absolute(dir, to)
		}
		r[absolute(dir, from)] = to
	}
	return r, nil
}

// read is the content of a file as the go command sees it.
func (r replaced) read(path string) ([]byte, error) {
	to, ok := r[path]
	switch {
	case !ok:
		return os.ReadFile(path)
	case to == "":
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("deleted by the overlay")}
	default:
		return os.ReadFile(to)
	}
}

// exists tells whether a regular file is there for the go command.
func (r replaced) exists(path string) bool {
	if to, ok := r[path]; ok {
		return to != ""
	}
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
