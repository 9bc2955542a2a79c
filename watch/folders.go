package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// folders tell when something changes in any of them. What it is has to be looked for: so nothing is missed that the
// system does not tell of, as what happens in a folder before it is watched.
type folders struct {
	watcher *fsnotify.Watcher
	changed chan struct{} // something has
	failed  chan error
	done    chan struct{}
}

func newFolders() (*folders, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("--watch: %w", err)
	}
	f := &folders{watcher: watcher, changed: make(chan struct{}, 1), failed: make(chan error, 1), done: make(chan struct{})}
	go f.listen()
	return f, nil
}

// listen returns when the watcher is closed.
func (f *folders) listen() {
	defer close(f.done)
	for {
		select {
		case e, ok := <-f.watcher.Events:
			switch {
			case !ok:
				return
			case e.Op != fsnotify.Chmod && !ignored(filepath.Base(e.Name)):
				f.wake()
			}
		case err, ok := <-f.watcher.Errors:
			switch {
			case !ok:
				return
			case errors.Is(err, fsnotify.ErrEventOverflow):
				f.wake() // which ones were lost makes no difference
			default:
				select {
				case f.failed <- fmt.Errorf("--watch: %w", err):
				default:
				}
			}
		}
	}
}

func (f *folders) wake() {
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

// set watches these folders, and no others.
func (f *folders) set(layout map[string]kind) error {
	watched := map[string]bool{}
	for _, dir := range f.watcher.WatchList() {
		watched[dir] = true
		if _, wanted := layout[dir]; !wanted {
			f.watcher.Remove(dir) // it may be gone by now
		}
	}
	for dir := range layout {
		if watched[dir] {
			continue
		}
		err := f.watcher.Add(dir)
		switch {
		case err == nil, errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, syscall.ENOSPC):
			return fmt.Errorf("--watch %s: %w: the system lets nobody watch more folders: raise fs.inotify.max_user_watches, or name fewer packages", dir, err)
		default:
			return fmt.Errorf("--watch %s: %w", dir, err)
		}
	}
	return nil
}

// close returns when nothing is watched any more.
func (f *folders) close() {
	f.watcher.Close()
	<-f.done
}
