package goker

import "sync"

// A urlLock lets one at a time have a URL. There is a lock for each, and a lock for the map of them.
//
// gohugoio/hugo#3251: the lock of a URL is waited for with the lock of the map held. Who has the URL
// needs the lock of the map to give it back.
//
// The order that it needs: the second wants the URL while the first has it.
type urlLock struct {
	mu    sync.RWMutex
	locks map[string]*sync.Mutex
}

func newURLLock() *urlLock { return &urlLock{locks: map[string]*sync.Mutex{}} }

// fetch has the URL for a while.
func (l *urlLock) fetch(url string, lock func(l *urlLock, url string)) {
	lock(l, url) // pragma: SYNCPOINT
	l.unlock(url)
}

func (l *urlLock) lock(url string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of(url).Lock()
}

// lockRepaired does not wait with the lock of the map held.
func (l *urlLock) lockRepaired(url string) {
	l.mu.Lock()
	lock := l.of(url)
	l.mu.Unlock()
	lock.Lock()
}

func (l *urlLock) unlock(url string) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	l.locks[url].Unlock()
}

// of returns the lock of a URL. The caller has the lock of the map.
func (l *urlLock) of(url string) *sync.Mutex {
	if l.locks[url] == nil {
		l.locks[url] = new(sync.Mutex)
	}
	return l.locks[url]
}
