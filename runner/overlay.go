package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Overlay writes to file what go test -overlay takes to run pragmas, and the files that it names to a folder beside it,
// which is called as file is, with .d at the end. What an earlier call has written there is removed. It prints the
// files of the project that are replaced.
//
// It holds copies: it is to be written anew once a file has changed.
func Overlay(ctx context.Context, c Config, file string) error {
	named := file
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return usagef("overlay: -o %s: it is a folder: name a file", named)
	}
	r, err := newRun(c)
	if err != nil {
		return err
	}
	if r.goArgs.cover {
		return usagef("overlay: go test -cover takes no pragmas from an overlay: run orchtest with -- -cover")
	}
	folder := file + ".d"
	if err := isOverlay(folder); err != nil {
		return err
	}
	r.ctx = ctx
	if err := r.tryOverlay(); err != nil { // as long as the old one is there
		return err
	}
	if err := errors.Join(os.RemoveAll(folder), os.Mkdir(folder, 0o777)); err != nil {
		return err
	}
	r.temp = folder
	if err := r.makeOverlay(); err != nil {
		return err
	}
	text := []byte(`{"Replace":{}}`)
	if r.overlay != "" {
		if text, err = os.ReadFile(r.overlay); err != nil {
			return err
		}
	}
	if err := os.WriteFile(file, text, 0o666); err != nil {
		return err
	}
	var made struct{ Replace map[string]string }
	if err := json.Unmarshal(text, &made); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, name := range slices.Sorted(maps.Keys(made.Replace)) {
		fmt.Fprintln(c.Stdout, name)
	}
	return nil
}

// tryOverlay finds out whether there is something wrong with the pragmas, or, where there are none, with the packages.
func (r *run) tryOverlay() (err error) {
	if r.temp, err = tempFolder(); err != nil {
		return err
	}
	defer os.RemoveAll(r.temp)
	stderr := r.Stderr
	r.Stderr = io.Discard // it is said once more
	defer func() { r.Stderr = stderr }()
	if err := r.makeOverlay(); err != nil || r.overlay != "" {
		return err
	}
	_, failure, err := r.goOutput(r.ctx, slices.Concat([]string{"list", "-find"}, r.buildFlags(), []string{"--"}, r.goArgs.patterns(r.Packages))...)
	if err == nil && failure != "" {
		return usagef("overlay: there are no pragmas: go list: %s", failure)
	}
	return err
}

// isOverlay refuses a folder that holds anything which was not made for an overlay.
func isOverlay(folder string) error {
	refuse := func(path string) error {
		return usagef("overlay: %s is not of an overlay: remove it, or name another file", path)
	}
	text, err := os.ReadFile(filepath.Join(folder, "overlay.json"))
	var made struct{ Replace map[string]string }
	if err == nil && json.Unmarshal(text, &made) != nil {
		return refuse(filepath.Join(folder, "overlay.json"))
	}
	ours := []string{filepath.Join(folder, "overlay.json")}
	for _, path := range made.Replace {
		ours = append(ours, path)
	}
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !slices.Contains(ours, path) {
			return refuse(path)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
