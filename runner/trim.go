package runner

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Limits of the cache as a whole.
const (
	maxCache  = 512 << 20          // bytes
	maxUnused = 5 * 24 * time.Hour // as of the Go build cache
	trimEvery = time.Hour
)

// trimFile says, by its time, when the cache was last trimmed.
const trimFile = "trimmed"

// trimCache removes from a cache what was not used for long, and the least recently used if it is too large. It
// does so from time to time only. What other runs remove or add meanwhile is no error.
func trimCache(folder string, now time.Time) error {
	mark := filepath.Join(folder, trimFile)
	if info, err := os.Stat(mark); err == nil && now.Sub(info.ModTime()) < trimEvery {
		return nil
	}
	if err := os.WriteFile(mark, nil, 0o666); err != nil {
		return err
	}
	os.Chtimes(mark, now, now)
	trimTo(folder, now, maxCache)
	return nil
}

// A cachedFile is a file of the cache.
type cachedFile struct {
	name string
	used time.Time
	size int64
}

func trimTo(folder string, now time.Time, limit int64) {
	var files []cachedFile
	filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == filepath.Join(folder, trimFile) {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			files = append(files, cachedFile{name, info.ModTime(), info.Size()})
		}
		return nil
	})
	slices.SortFunc(files, func(a, b cachedFile) int { return b.used.Compare(a.used) })
	size := int64(0)
	for _, file := range files {
		size += file.size
		if size > limit || now.Sub(file.used) > maxUnused {
			os.Remove(file.name)
			os.Remove(filepath.Dir(file.name)) // if it was the last one
		}
	}
}
