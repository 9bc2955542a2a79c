package latch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/orchtest/orchtest/lib/latch"
)

func ExampleUntilEnd() {
	test := func(t testing.TB) {
		// A server that never replies.
		ctx, cancel := context.WithCancel(t.Context())
		never := latch.UntilEnd(t)
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			cancel() // once the request is here
			never.Wait()
		}))
		t.Cleanup(server.Close) // waits for the handler, which returns now

		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = server.Client().Do(request)
		fmt.Println("request cancelled:", errors.Is(err, context.Canceled))
	}

	run(test) // as go test does
	// Output: request cancelled: true
}

// run calls test and then what is due at the end of a test, in the order of the testing package.
func run(test func(testing.TB)) {
	ctx, cancel := context.WithCancel(context.Background())
	t := &exampleTB{ctx: ctx}
	test(t)
	cancel()
	for _, cleanup := range slices.Backward(t.cleanups) {
		cleanup()
	}
}

// An exampleTB stands for the T of a test: an example has none.
type exampleTB struct {
	testing.TB
	ctx      context.Context
	cleanups []func()
}

func (t *exampleTB) Helper()                  {}
func (t *exampleTB) Context() context.Context { return t.ctx }
func (t *exampleTB) Cleanup(f func())         { t.cleanups = append(t.cleanups, f) }
