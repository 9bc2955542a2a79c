package junit

import (
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// lines is the stream of one orchestrated test with n scenarios, of which every hundredth fails.
func lines(b *testing.B, n int) [][]byte {
	b.Helper()
	var all [][]byte
	send := func(events ...parse.Event) {
		for _, e := range events {
			all = append(all, e.Line())
		}
	}
	send(planned(b, "TestX")...)
	sequence := []int{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}
	it := permutations.From(sequence)
	for i := range n {
		name := "TestX/" + permutations.Format(it.Sequence())
		found := protocol.Scenario{
			Version: 1, Sequence: it.Sequence(), Threads: []string{"first", "second", "third"}, FailedTurn: -1,
			File: "/src/shop/bank/bank_test.go", Line: 12,
		}
		for _, thread := range found.Sequence {
			found.Turns = append(found.Turns, protocol.Turn{Thread: thread, File: "/src/shop/bank/bank.go", Line: 7})
		}
		send(begin(name), said(name, "=== RUN   "+name+"\n"), reported(b, name, protocol.AttrScenario, found))
		for line := range 10 {
			send(said(name, fmt.Sprintf("    bank_test.go:%d: what the test says\n", line)))
		}
		action := "pass"
		if i%100 == 99 {
			action = "fail"
		}
		send(said(name, "    --- PASS: "+name+" (0.00s)\n"), ended(action, name))
		it.Next()
	}
	send(ended("fail", "TestX"), ended("fail", ""))
	return all
}

// events decodes the lines anew: an event that a report keeps is not to be shared.
func events(b *testing.B, lines [][]byte) []parse.Event {
	b.Helper()
	all := make([]parse.Event, len(lines))
	for i, line := range lines {
		e, err := parse.Decode(line)
		if err != nil {
			b.Fatal(err)
		}
		all[i] = e
	}
	return all
}

var sizes = []int{1_000, 10_000, 30_000}

func BenchmarkAdd(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("scenarios=%d", n), func(b *testing.B) {
			all := events(b, lines(b, n))
			b.ReportAllocs()
			for b.Loop() {
				r := New(Config{Root: "/src/shop"})
				for _, e := range all {
					r.Add(e)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(all)), "ns/event")
		})
	}
}

func BenchmarkWriteXML(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("scenarios=%d", n), func(b *testing.B) {
			r := New(Config{Root: "/src/shop"})
			for _, e := range events(b, lines(b, n)) {
				r.Add(e)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := r.WriteXML(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/scenario")
		})
	}
}

// BenchmarkMemory measures what a report keeps.
func BenchmarkMemory(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("scenarios=%d", n), func(b *testing.B) {
			all := lines(b, n)
			var kept float64
			for b.Loop() {
				before := heap()
				r := New(Config{Root: "/src/shop"})
				for _, line := range all {
					e, err := parse.Decode(line)
					if err != nil {
						b.Fatal(err)
					}
					r.Add(e)
				}
				kept = float64(heap()) - float64(before)
				runtime.KeepAlive(r)
			}
			b.ReportMetric(kept, "B-kept")
			b.ReportMetric(kept/float64(n), "B-kept/scenario")
		})
	}
}

// heap returns how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
