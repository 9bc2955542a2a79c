package orchestrate

import (
	"bufio"
	"os"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// requests is where the sequences of a batch come from; nil where the process is none.
var requests = takeRequests()

// takeRequests takes the process's standard input, before anybody else can read from it. To the tests it is
// what go test gives to them, an empty one. A program that a test starts is no batch.
func takeRequests() *bufio.Reader {
	if os.Getenv(protocol.EnvBatch) != "1" {
		return nil
	}
	os.Unsetenv(protocol.EnvBatch)
	input := os.Stdin
	if empty, err := os.Open(os.DevNull); err == nil {
		os.Stdin = empty
	}
	return bufio.NewReader(input)
}

// runBatch runs the scenarios that are asked for, up to one that failed: what comes after that could not be
// told from it. Nobody reads ahead: a goroutine that waits for input could wake a blocked thread.
func (c *call) runBatch() {
	c.t.Helper()
	for !c.t.Failed() {
		line, err := requests.ReadString('\n')
		if err != nil { // there are no more
			c.log.close()
			return
		}
		text := strings.TrimSuffix(line, "\n")
		sequence, err := permutations.Parse(text)
		if err != nil {
			c.t.Fatalf("orchestrate: a request of a batch: %v", err)
		}
		os.Setenv(protocol.EnvSequence, text)
		c.run(sequence)
	}
}

// answer reports a scenario of a batch. There may be very many, so of one that passed it says no more than is
// not known from those before it.
func (c *call) answer(t *T) {
	if !t.Failed() && !t.Skipped() && c.told != nil && t.label() == c.told.Outcome && slices.Equal(c.told.Threads, t.names()) {
		c.t.Attr(protocol.AttrPassed, string(protocol.AppendPassed(nil, t.turns((*thread).brief))))
		return
	}
	s := c.outcome(t)
	c.attr(protocol.AttrScenario, s)
	c.told = &s
}
