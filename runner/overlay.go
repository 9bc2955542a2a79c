package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	r, err := newRun(c)
	if err != nil {
		return err
	}
	if r.goArgs.cover {
		return usagef("overlay: go test -cover takes no pragmas from an overlay: run orchtest with -- -cover")
	}
	r.ctx, r.temp = ctx, file+".d"
	if err := emptyOverlay(r.temp); err != nil {
		return err
	}
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

// emptyOverlay makes the folder anew. It refuses one that holds anything which it has not made.
func emptyOverlay(folder string) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return os.Mkdir(folder, 0o777)
	case err != nil:
		return err
	}
	for _, entry := range entries {
		if name := entry.Name(); name != "overlay" && name != "overlay.json" {
			return usagef("overlay: %s holds %s, which is not of an overlay: remove the folder, or name another file", folder, name)
		}
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(folder, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}
