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
//   - During a turn no other thread runs, but for those that the turn wakes: see below.
//   - For each index of the sequence, the thread takes one turn; one that has ended is passed over, and
//     one that is blocked is put off. After the last index come the turns that were counted and not
//     given yet, and then every thread that has not ended runs to its end, always the lowest index that
//     can. So a thread may take fewer or more turns than in the serial run, and the scenario still ends.
//   - Every sequence is run once, up to the first scenario that fails. A scenario fails by Error, Fatal
//     or FailNow of its T or of the test's own t, by a panic in a thread, by a deadlock, by a turn that
//     exceeds its limit, if it is asked for by a leak, and, under the race detector, by a data race.
//   - [Symmetric] leaves out the sequences that differ in the names of threads only, and [Sequences] names
//     those to be run.
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
// # Outcomes
//
// Where more than one end is right, or you want to know which ends there are, label them with [T.Outcome]. The run
// ends with a table: the labels, in how many scenarios each came out, and a sequence that shows it. [Expect] names
// all that there may be, [Forbid] some that there must not be.
//
// # Threads that wait
//
// A thread is blocked if its goroutine is parked on a synchronisation (a lock or another primitive of
// package sync, a channel, a select, or what is made of these) and no other goroutine of the process
// could wake it by itself: none runs, is about to, sleeps, or is in a system call or in input or output.
// Those of other tests, and those that wait for a new connection, do not count. A thread that sleeps,
// computes, reads, or waits for a goroutine that does, is not blocked. One that waits for the channel of
// a timer is: a timer is no goroutine. So is one that does nothing but try and call runtime.Gosched, as spin
// locks do.
//
// A blocked thread gives up its turn. It goes on as soon as another thread, or a timer, wakes it, to its
// next syncpoint, to its end, or until it blocks again; no turn begins before that. With the rest of the
// turn that woke it, and with others that were woken, it runs at the same time: a syncpoint right after
// the unlock keeps them apart. What it reports counts as reported in the turn that it had given up.
//
// Deadlock: no thread that has not ended can go on, and for a window of time (see [DeadlockWindow]) no
// timer changes that. The scenario fails, with what each thread waits on, where, and since which turn.
// Where the scenario had failed before, or was skipped, that is not said.
//
// Turn limit: see [TurnTimeout]. The scenario fails with the thread's stack and, if it waits, with the
// goroutine that may still wake it.
//
// In either case the threads that have not ended are left where they are. One that goes on later, as a
// cleanup function unlocks what it waits for say, runs on without stopping at syncpoints; what it raises
// is ignored.
//
// Leaks: see [NoLeaks].
//
// # testing/synctest
//
// Test may be called in a bubble, with the T of the bubble. Time goes on while a thread sleeps, and when
// all threads are blocked; a thread may call synctest.Wait. There is no turn limit, and a deadlock is one
// after a day of the bubble's time.
//
// A goroutine that waits for a mutex stops the clock of its bubble. A thread that sleeps while another
// one waits for a mutex never wakes: its turn fails, with that reason. But where a thread wakes from its
// sleep and then, in the same turn, waits for a mutex that a stopped thread holds, nothing can be done
// from inside of the bubble: the test hangs until the time limit of `go test`, or of orchtest. Put a
// syncpoint between the two.
//
// A bubble ends when its goroutines have. After a deadlock they do not, and the process ends with a panic.
//
// # What is not covered
//
//   - Goroutines that threads start run freely, at the same time as the threads.
//   - Beside a goroutine that always sleeps or waits for input, as that of an idle connection does, no
//     thread counts as blocked: a turn that blocks ends at its limit.
//   - Which of several goroutines a lock or a channel wakes first is the runtime's choice.
//   - Where a thread goes on is decided at syncpoints only: orders within a turn are not explored.
//   - Under plain `go test`, state outside of the scenario function is carried from one scenario to
//     the next: package variables, files, servers.
package orchestrate
