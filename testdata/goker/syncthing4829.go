package goker

import "sync"

// A mapping has the addresses at which a device was found, and tells its listeners of changes.
//
// syncthing/syncthing#4829: whoever is told of removed addresses reads the mapping, and is told with the
// lock of the mapping held. The thread waits for itself.
//
// The order that it needs: an address was found before the addresses are cleared. Of nothing removed
// nobody is told.
type mapping struct {
	listener func()

	mu        sync.RWMutex
	addresses []string
}

// newMapping returns a mapping with a listener that reads the addresses.
func newMapping() *mapping {
	m := &mapping{}
	m.listener = func() { m.list() }
	return m
}

func (m *mapping) clear() {
	// pragma: SYNCPOINT
	m.mu.Lock()
	defer m.mu.Unlock()
	removed := m.addresses
	m.addresses = nil
	if len(removed) > 0 {
		m.listener()
	}
}

// clearRepaired tells without the lock.
func (m *mapping) clearRepaired() {
	// pragma: SYNCPOINT
	m.mu.Lock()
	removed := m.addresses
	m.addresses = nil
	m.mu.Unlock()
	if len(removed) > 0 {
		m.listener()
	}
}

func (m *mapping) found(address string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.addresses = append(m.addresses, address)
}

func (m *mapping) list() []string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.addresses
}
