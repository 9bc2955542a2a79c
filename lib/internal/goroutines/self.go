//go:build !orchtest_injected

package goroutines

import (
	"sync"
	"unsafe"

	"github.com/petermattis/goid"
)

// Available tells whether [G.Status] works here. The first call finds out.
//
//go:norace
func Available() bool {
	if statusAt == notYet {
		findStatus()
	}
	return statusAt != nowhere && !Blind
}

// Self returns the calling goroutine.
//
//go:norace
func Self() G {
	if !Available() {
		return G{nil, goid.Get()}
	}
	record := getg()
	return G{record, *(*int64)(unsafe.Add(record, statusAt+idAfterStatus))}
}

var finding sync.Mutex

// findStatus sets statusAt. It scans the record of the calling goroutine, which is running, for that and
// its id next to each other; and has the finding confirmed by a goroutine that parks.
//
//go:norace
func findStatus() {
	finding.Lock()
	defer finding.Unlock()
	if statusAt != notYet {
		return
	}
	found := nowhere
	if hasG {
		// A record begins with its stack and registers, and is larger than what is scanned.
		const from, to = 64, 400
		self := G{getg(), goid.Get()}
		for at := uintptr(from); at < to-reasonAfterStatus && found == nowhere; at += 8 {
			if *(*int64)(unsafe.Add(self.record, at+idAfterStatus)) != self.id {
				continue
			}
			if status, _ := self.read(at); status == Running && confirmed(at) {
				found = at
			}
		}
	}
	statusAt = found
}

// confirmed tells whether a goroutine that parks and then ends is seen to do so with the status at this
// offset.
func confirmed(at uintptr) bool {
	self, end := make(chan G), make(chan struct{})
	go func() {
		self <- G{getg(), goid.Get()}
		<-end
	}()
	g := <-self
	reason, parked := g.reaches(Waiting, at)
	close(end)
	_, ended := g.reaches(Dead, at)
	kind, known := ReasonKind(reason)
	return parked && ended && (kind == Sync || !known && reason != 0)
}
