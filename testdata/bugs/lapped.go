package bugs

import "sync/atomic"

// A ring keeps the latest messages, and is written to without regard for who reads.
//
// Lapped reader: while one reads a message, so many others are written that its place is used again. The reader
// has to stand still for long, in the middle of a message, while everybody else goes on.
type ring struct {
	last  atomic.Int64 // the number of the latest message, from 1
	slots [16]struct{ sender, text atomic.Int64 }
}

func (r *ring) write(message int64) {
	slot := &r.slots[r.last.Add(1)%int64(len(r.slots))]
	slot.sender.Store(message)
	slot.text.Store(message) // pragma: SYNCPOINT
}

// read returns the latest message.
func (r *ring) read() (sender, text int64) {
	slot := &r.slots[r.last.Load()%int64(len(r.slots))]
	sender = slot.sender.Load() // pragma: SYNCPOINT
	return sender, slot.text.Load()
}

// readRepaired begins anew if it was lapped.
func (r *ring) readRepaired() (sender, text int64) {
	for {
		number := r.last.Load()
		slot := &r.slots[number%int64(len(r.slots))]
		sender = slot.sender.Load() // pragma: SYNCPOINT
		text = slot.text.Load()
		if r.last.Load() < number+int64(len(r.slots)) {
			return sender, text
		}
	}
}
