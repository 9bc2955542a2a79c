package goker

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestKubernetes58107(t *testing.T) {
	orchestrate.Test(t, kubernetes58107((*quota).work))
}

func TestKubernetes58107Repaired(t *testing.T) {
	orchestrate.Test(t, kubernetes58107((*quota).workRepaired), orchestrate.NoLeaks())
}

func kubernetes58107(work func(q *quota, from, to *queue)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		q := newQuota()
		t.Go("missing", func() { work(q, q.missing, q.usage) })
		t.Go("usage", func() { work(q, q.usage, nil) })
		t.Go("sync", q.sync)
	}
}
