// Package orchestrate runs a test under every order in which its threads can take turns between the
// places that its code marks.
//
//	func TestWithdraw(t *testing.T) {
//		orchestrate.Test(t, func(t *orchestrate.T) {
//			account := bank.NewAccount(100) // fresh state for each scenario
//			t.Go("first", func() { account.Withdraw(70) })
//			t.Go("second", func() { account.Withdraw(70) })
//			t.Wait()
//			if got := account.Balance(); got < 0 {
//				t.Errorf("overdrawn: balance %d", got)
//			}
//		})
//	}
//
// where the code under test says at which place the other thread might come in between:
//
//	func (a *Account) Withdraw(amount int) {
//		if a.balance.Load() >= amount { // pragma: SYNCPOINT
//			a.balance.Add(-amount)
//		}
//	}
//
// # Words
//
// A thread is a function of the test, given to [T.Go] or [Run], that runs in a goroutine of its own
// and takes turns. Its index is the number of threads that were added before it. A goroutine that a
// thread starts is not a thread: syncpoints in it do nothing.
//
// A syncpoint is a place in the code where a thread hands its turn back: a comment
// `// pragma: SYNCPOINT`, which orchtest turns into a call when it builds the test, or a call of
// syncpoint.Here. It may have a name; which names take part is for [Name] to say.
//
// A turn is what one thread runs from where it stands, its start or a syncpoint, to its next syncpoint
// or its end. A thread that passes n syncpoints takes n+1 turns.
//
// A sequence says whose turn it is, in order: 0,1,1,0 is one of the six of two threads with two turns
// each.
//
// A scenario is one run of the scenario function, with its threads, under one sequence. The first one
// is the serial run: thread 0 to its end, then thread 1, and so on. It counts the turns of each thread,
// and the sequences are the distinct permutations of these, in lexicographic order.
//
// # Guarantees
//
//   - During a turn no other thread runs.
//   - For each index of the sequence, the thread takes one turn; one that has ended is passed over.
//     After the last index every thread that has not ended runs to its end, in index order. So a thread
//     may take fewer or more turns than in the serial run, and the scenario still ends.
//   - Every sequence is run once, up to the first scenario that fails. A scenario fails by Error, Fatal
//     or FailNow of its T or of the test's own t, by a panic in a thread, and, under the race detector,
//     by a data race.
//   - A thread that panics, or calls FailNow or SkipNow, has ended. The remaining threads run to their
//     ends, in index order; what they raise is ignored; and Wait ends the test instead of returning. A
//     panic is reported with its value and the stack of its thread.
//   - A test never passes for want of syncpoints. If no thread reached one, it fails under orchtest, and
//     is skipped under plain `go test`, to which pragmas are comments. If no thread reached one of the
//     [Name] that was asked for, it fails and says which names were reached.
//   - What the threads did happens before Wait returns, in the sense of the Go memory model. The turns
//     do not order the threads for the race detector: it reports a data race between two threads under
//     any sequence, the serial one included, unless the code under test itself synchronises them.
//
// # How to run it
//
// Run orchtest in place of `go test`: each scenario then runs in a process of its own, as a subtest
// named for its sequence, and one that fails comes with the command that runs it again.
//
// Under plain `go test`, from an editor say, all scenarios run one after the other in the one process.
// What the scenario function makes is new in each, and cleanup functions, temporary directories,
// environment variables, the working directory and the context are the scenario's own. There, only
// syncpoints that are calls are reached. Skip in one scenario ends the exploration.
//
// Test may be used within a bubble of testing/synctest.
//
// # What is not covered
//
//   - A thread keeps its turn while it blocks. If it waits for something that another thread holds or
//     is to do, such as a mutex locked across a syncpoint, the scenario hangs until the time limit of
//     `go test`, or of orchtest.
//   - Goroutines that threads start run freely, at the same time as the threads.
//   - Where a thread goes on is decided at syncpoints only: orders within a turn are not explored.
//   - Under plain `go test`, state outside of the scenario function is carried from one scenario to
//     the next: package variables, files, servers.
package orchestrate
