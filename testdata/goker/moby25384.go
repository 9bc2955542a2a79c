package goker

import "sync"

// plugins are restored when the daemon starts, all of them at once.
//
// moby/moby#25384: the WaitGroup counts every plugin, and is waited for after the first was started. With
// one plugin nobody notices.
//
// The order that it needs: a second plugin is installed before they are restored.
type plugins struct {
	mu        sync.Mutex
	installed []*plugin
}

type plugin struct{ restored bool }

func (p *plugins) restore() {
	installed := p.list() // pragma: SYNCPOINT
	var group sync.WaitGroup
	group.Add(len(installed))
	for _, plugin := range installed {
		go func() {
			defer group.Done()
			plugin.restored = true
		}()
		group.Wait() // within the loop
	}
}

func (p *plugins) restoreRepaired() {
	installed := p.list() // pragma: SYNCPOINT
	var group sync.WaitGroup
	group.Add(len(installed))
	for _, plugin := range installed {
		go func() {
			defer group.Done()
			plugin.restored = true
		}()
	}
	group.Wait()
}

func (p *plugins) install() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.installed = append(p.installed, &plugin{})
}

func (p *plugins) list() []*plugin {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.installed
}
