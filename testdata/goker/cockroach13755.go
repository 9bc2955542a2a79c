package goker

import (
	"context"
	"errors"
	"sync"
)

// A table can be counted, and dropped.
//
// cockroachdb/cockroach#13755: the rows of a query are not closed where they cannot be read. A goroutine
// watches each query until its rows are closed, so here it stays for ever. No thread hangs: it is a leak.
//
// The order that it needs: the table is dropped after the query has begun and before its rows are read.
type table struct {
	mu      sync.Mutex
	dropped bool
}

var errDropped = errors.New("the table was dropped")

// rows are the result of a query.
type rows struct {
	table *table
	close context.CancelFunc
}

func (t *table) count() (int, error) {
	rows, err := t.query() // pragma: SYNCPOINT
	if err != nil {
		return 0, err
	}
	n, err := rows.read()
	if err != nil {
		return 0, err // and the rows are left open
	}
	rows.close()
	return n, nil
}

func (t *table) countRepaired() (int, error) {
	rows, err := t.query() // pragma: SYNCPOINT
	if err != nil {
		return 0, err
	}
	defer rows.close()
	return rows.read()
}

func (t *table) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dropped = true
}

func (t *table) query() (*rows, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &rows{table: t, close: cancel}
	go r.awaitDone(ctx)
	return r, nil
}

func (t *table) check() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dropped {
		return errDropped
	}
	return nil
}

func (r *rows) read() (int, error) { return 1, r.table.check() }

// awaitDone stands for what frees the query's resources.
func (r *rows) awaitDone(ctx context.Context) { <-ctx.Done() }
