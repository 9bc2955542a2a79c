package html_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/orchtest/orchtest/html"
	"github.com/orchtest/orchtest/junit"
)

// startBrowser starts a headless Chromium that ends with the test, which is skipped where none is installed.
func startBrowser(t testing.TB) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium is installed: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.Flag("hide-scrollbars", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses to be root's with one
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil { // waits for it, and removes its files
			t.Error(err)
		}
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// A tab shows a page. A test that ends has seen no message in its console, no dialog and no request.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	troubles []string
}

// open opens a page as a file, as people do.
func open(t testing.TB, browser context.Context, text string, before ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(browser)
	b := &tab{t: t, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, trouble := range b.troubles {
			t.Error(trouble)
		}
	})
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(1280, 900))
	b.do(before...)
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	b.do(chromedp.Navigate(address.String()))
	return b
}

// listen notes what must not happen.
func (b *tab) listen(event any) {
	trouble := ""
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		trouble = fmt.Sprintf("the page wrote to the console: %s", e.Type)
	case *runtime.EventExceptionThrown:
		trouble = "exception: " + e.ExceptionDetails.Text
	case *log.EventEntryAdded:
		trouble = fmt.Sprintf("console: %s: %s", e.Entry.Level, e.Entry.Text)
	case *page.EventJavascriptDialogOpening:
		trouble = "a script of the data ran: " + e.Message
	case *network.EventRequestWillBeSent:
		if e.Type != network.ResourceTypeDocument {
			trouble = "a request: " + e.Request.URL
		}
	}
	if trouble != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.troubles = append(b.troubles, trouble)
	}
}

// patience is more than any step takes, on a busy machine too.
const patience = time.Minute

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// eval returns the value of an expression.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits until an expression is true.
func (b *tab) until(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience/6)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression)); err != nil {
		b.t.Fatalf("it never came true: %s: %v", expression, err)
	}
}

func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		if key != kb.Enter {
			b.do(chromedp.KeyEvent(key))
			continue
		}
		// As a keyboard does: there is no character where the page has handled the key. KeyEvent sends one.
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
			enter := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
			if kind == input.DispatchKeyEventTypeKeyDown {
				enter.Text = "\r"
			}
			if _, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, enter); err != nil {
				b.t.Fatal(err)
			}
		}
	}
}

// clear empties the search.
func (b *tab) clear() {
	b.t.Helper()
	eval[bool](b, `(() => { const e = document.querySelector("#search"); e.value = ""; return e.dispatchEvent(new Event("input")) })()`)
}

// point moves the pointer to the middle of an element.
func (b *tab) point(selector string) {
	b.t.Helper()
	at := eval[[]float64](b, fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.scrollIntoView({block: "center", behavior: "instant"});
		const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()`, selector))
	b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
}

// picture takes a picture of the page, for docs.
func (b *tab) picture(take chromedp.Action[[]byte], name string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, take)
	if err != nil {
		b.t.Fatal(err)
	}
	if !*update {
		return
	}
	if err := os.WriteFile(filepath.Join("..", "docs", "images", name), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// theme is a colour scheme that the user prefers.
func theme(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	})
}

func TestBrowser(t *testing.T) {
	browser := startBrowser(t)
	text := shop(t).page(html.Config{Source: source})

	t.Run("filter", func(t *testing.T) {
		b := open(t, browser, text)
		found := func(want string) {
			t.Helper()
			b.until(fmt.Sprintf(`document.querySelector("#found").textContent === %q`, want))
		}
		found("7 of 7 scenarios")
		b.do(chromedp.SendKeys(chromedp.CSS("#search"), "transfer 0,1"))
		found("4 of 7 scenarios")
		b.do(chromedp.Click(chromedp.CSS(`button[data-verdict="skipped"]`)))
		found("1 of 7 scenarios")
		b.do(chromedp.Click(chromedp.CSS(`button[data-verdict="failed"]`)))
		found("3 of 7 scenarios")
		b.clear()
		found("5 of 7 scenarios")
		if rows := eval[int](b, `document.querySelectorAll(".row").length`); rows != 5 {
			t.Errorf("%d rows, want 5", rows)
		}
		b.do(chromedp.SendKeys(chromedp.CSS("#search"), "deadlock:")) // a message
		found("1 of 7 scenarios")
	})

	t.Run("open", func(t *testing.T) {
		b := open(t, browser, text)
		b.do(chromedp.SendKeys(chromedp.CSS("#search"), "deadlock:"), chromedp.Click(chromedp.CSS(".row")))
		b.until(`document.activeElement.closest("details.failure[open]") !== null`)
		if name := eval[string](b, `document.activeElement.querySelector(".name").textContent`); name != "TestTransfer/0,1,0" {
			t.Errorf("%s was opened", name)
		}
		b.clear()
		b.do(chromedp.SendKeys(chromedp.CSS("#search"), "0,0,0,1,1"))
		b.until(`document.querySelectorAll(".row").length === 1`)
		eval[any](b, `document.querySelector(".row").click()`) // wherever the page has scrolled to by then
		if got := eval[string](b, `document.querySelector("#chosen code").textContent`); got != "orchtest --run '^TestTransfer$' --sequence 0,0,0,1,1 ./bank" {
			t.Errorf("the command is %s", got)
		}
		b.do(chromedp.Click(chromedp.CSS("#chosen .copy")))
		b.until(`document.querySelector("#chosen .copy").textContent === "Copied"`)
	})

	t.Run("calls", func(t *testing.T) {
		test := func(label, executed string, verdict junit.Verdict, threads ...string) junit.Case {
			return junit.Case{Name: "TestX/" + label, Verdict: verdict, Scenario: &junit.Scenario{Test: "TestX", Label: label, Executed: executed, Threads: threads}}
		}
		var page strings.Builder
		if err := html.Write(&page, []junit.Package{{Name: "p", Cases: []junit.Case{
			test("0,1", "0,1", junit.Passed, "reader", "writer"),
			test("1,0#01", "", junit.Failed, "left", "right"),
		}}}, html.Config{}); err != nil {
			t.Fatal(err)
		}
		b := open(t, browser, page.String())
		for i, want := range []string{"threads: 0 reader, 1 writer", "threads: 0 left, 1 right|turns that were taken: none"} {
			b.do(chromedp.Click(chromedp.CSS(fmt.Sprintf("#o%d", i))))
			if got := eval[string](b, `[...document.querySelectorAll("#chosen p")].map((e) => e.textContent).filter((e) => /^t/.test(e)).join("|")`); got != want {
				t.Errorf("it says %q, want %q", got, want)
			}
			if turns := eval[int](b, fmt.Sprintf(`document.querySelectorAll("#o%d .seq i").length`, i)); turns != 2-2*i {
				t.Errorf("%d turns are drawn of scenario %d", turns, i)
			}
		}
	})

	t.Run("lanes", func(t *testing.T) {
		b := open(t, browser, text)
		shown := func() string {
			return eval[string](b, `[...document.querySelectorAll("#f2 .steps li")].filter((e) => getComputedStyle(e).visibility === "visible").map((e) => e.id).join()`)
		}
		if got := shown(); got != "f2-4" {
			t.Errorf("%s is shown at first, want where it failed", got)
		}
		b.do(chromedp.Click(chromedp.CSS("#f2 summary")))
		b.point("#f2 a.turn:nth-of-type(2) rect")
		b.until(`document.querySelector("#f2-2").classList.contains("on")`)
		b.point("h1")
		b.until(`document.querySelector("#f2-4").classList.contains("on")`)
		b.do(chromedp.Click(chromedp.CSS("#f2 a.turn:nth-of-type(3) rect")))
		b.point("h1")
		if got := shown(); got != "f2-3" {
			t.Errorf("%s is shown, want what was clicked", got)
		}
		if code := eval[string](b, `document.querySelector("#f2-3 .code").textContent`); !strings.Contains(code, "if line := 21; a < b && c > d { // <script>alert(1)</script>") {
			t.Errorf("the code is %q", code)
		}
		if n := eval[int](b, `document.querySelectorAll(".blocked").length`); n == 0 {
			t.Error("nothing is blocked")
		}
	})

	t.Run("keyboard", func(t *testing.T) {
		b := open(t, browser, text)
		const focused = `(() => { const e = document.activeElement; return e.id || e.textContent.trim().split("\n")[0].slice(0, 20) || e.tagName })()`
		visible := `(() => { const s = getComputedStyle(document.activeElement); const r = document.activeElement.querySelector?.("rect");
			return s.outlineStyle !== "none" || (r && getComputedStyle(r).outlineStyle !== "none") })()`
		var order []string
		for eval[string](b, `document.activeElement.id`) != "list" && len(order) < 60 {
			b.press(kb.Tab)
			order = append(order, eval[string](b, focused))
			if !eval[bool](b, visible) {
				t.Errorf("one does not see that %s has the focus", order[len(order)-1])
			}
		}
		for _, want := range [][]string{{"Skip to the results", "Overview", "Failed scenarios"}, {"search", "4 failed", "1 skipped", "2 passed", "list"}} {
			if !contains(order, want) {
				t.Errorf("the tab key goes by %q, without %q", order, want)
			}
		}
		b.press(kb.Home, kb.ArrowDown, kb.ArrowDown)
		b.until(`document.querySelector(".row[aria-selected=true]").id === document.querySelector("#list").getAttribute("aria-activedescendant")`)
		if got := eval[string](b, `document.querySelector("#chosen h3").textContent`); !strings.HasPrefix(got, "TestTransfer/0,1,0,0,1failed") {
			t.Errorf("%s is chosen", got)
		}
		b.press(kb.Enter)
		b.until(`document.activeElement.tagName === "SUMMARY" && document.activeElement.parentElement.open`)
		b.press(" ")
		b.until(`!document.activeElement.parentElement.open`)
		b.press(" ", kb.Tab)
		const turn = `document.activeElement.dataset.step`
		first := eval[string](b, turn)
		b.press(kb.Home, kb.ArrowRight)
		if got, want := eval[string](b, turn), first[:strings.Index(first, "-")]+"-2"; got != want {
			t.Errorf("%s has the focus, want %s", got, want)
		}
		b.press(kb.Enter)
		b.until(`document.querySelector("#said").textContent.startsWith("turn 2")`)
	})

	t.Run("roles", func(t *testing.T) { checkRoles(t, open(t, browser, text)) })

	t.Run("without scripts", func(t *testing.T) {
		b := open(t, browser, text, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		}))
		names := axNames(b)
		for _, want := range []string{"4 scenarios and 1 test failed", "TestWithdraw example.com/shop/bank", "overdrawn: balance -40", "turn 2, second: start → waits: sync.Mutex.Lock at bank/account.go:14"} {
			if !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, want) }) {
				t.Errorf("nobody can read %q", want)
			}
		}
	})

	t.Run("hostile", func(t *testing.T) {
		for _, text := range hostile {
			b := open(t, browser, pageOf(t, text))
			b.until(`document.querySelectorAll(".row").length === 1`)
			if strings.Contains(text, "<script>") {
				b.until(fmt.Sprintf(`[...document.querySelectorAll(".failure .output")].some((e) => e.textContent.includes(%q))`, text))
				b.until(fmt.Sprintf(`document.querySelector(".row .name").textContent.includes(%q)`, strings.ReplaceAll(text, "/", "_")))
			}
		}
	})

	t.Run("hunt", func(t *testing.T) {
		text := hunt(t).page(html.Config{Source: shopSource})
		for _, scheme := range []string{"light", "dark"} {
			b := open(t, browser, text, theme(scheme))
			if scheme == "light" {
				b.picture(chromedp.Screenshot(chromedp.CSS("#found1")), "hunt.png")
			}
			if n := eval[int](b, `document.querySelectorAll("#found1 .track .turn, #found1 .track .blocked").length`); n != 13+3 {
				t.Errorf("%d blocks and stretches are drawn, want 13 and 3", n)
			}
			b.do(chromedp.Click(chromedp.CSS("#found1 a.turn:nth-of-type(9) rect")))
			if code := eval[string](b, `document.querySelector("#found1 .steps .on .code .to").textContent`); !strings.Contains(code, "to.mu.Lock()") {
				t.Errorf("the code is %q", code)
			}
			b.press(kb.ArrowRight, kb.ArrowRight)
			if got := eval[string](b, `document.activeElement.getAttribute("aria-label")`); got != "turn 11, account_test.go:12: bank/account.go:12 sync.Mutex.Lock → waits: sync.Mutex.Lock at bank/account.go:12" {
				t.Errorf("%s has the focus", got)
			}
			b.do(chromedp.Click(chromedp.CSS("#found1 .copy")))
			b.until(`document.querySelector("#found1 .copy").textContent === "Copied"`)
			b.do(chromedp.Click(chromedp.CSS(`#hunted a[href="#found2"]`)))
			b.until(`document.querySelector("#found2").open`)
			for _, width := range []int64{1280, 390} {
				b.do(chromedp.EmulateViewport(width, 800))
				if over := eval[bool](b, `document.documentElement.scrollWidth > document.documentElement.clientWidth`); over {
					t.Errorf("%s: the page is wider than a window of %d", scheme, width)
				}
			}
		}
	})

	t.Run("long", func(t *testing.T) {
		b := open(t, browser, longHunt(t).page(html.Config{Source: shopSource}), theme("light"))
		if seen := eval[bool](b, `(() => { const track = document.querySelector("#found1 .track").getBoundingClientRect(), turn = document.querySelector("#found1 .turn.on").getBoundingClientRect();
			return track.left <= turn.left && turn.right <= track.right })()`); !seen {
			t.Error("one has to scroll to what is shown first")
		}
		b.do(chromedp.Click(chromedp.CSS("#found1 .turn.on rect")))
		b.press(kb.End)
		if seen := eval[[]float64](b, `[document.activeElement.getBoundingClientRect().bottom, document.querySelector("#found1 .steps").getBoundingClientRect().top,
			document.querySelector("#found1 .steps").getBoundingClientRect().bottom, innerHeight]`); seen[0] > seen[1] || seen[2] > seen[3] {
			t.Errorf("a turn of the last lane ends at %.0f, its code is from %.0f to %.0f, the window has %.0f", seen[0], seen[1], seen[2], seen[3])
		}
		b.press(kb.Home, kb.ArrowRight, kb.ArrowRight)
		if code := eval[string](b, `document.querySelector("#found1 .steps .on .code").textContent`); !strings.Contains(code, "mu.Lock()") {
			t.Errorf("the code is %q", code)
		}
	})

	t.Run("pictures", func(t *testing.T) {
		r, config := demo(t)
		text := r.page(config)
		for _, scheme := range []string{"light", "dark"} {
			b := open(t, browser, text, theme(scheme))
			b.until(`document.querySelectorAll(".row").length > 0`)
			if got, want := eval[string](b, `getComputedStyle(document.body).backgroundColor`), map[string]string{"light": "rgb(245, 246, 249)", "dark": "rgb(15, 18, 24)"}[scheme]; got != want {
				t.Errorf("%s: the page is %s, want %s", scheme, got, want)
			}
			if over := eval[bool](b, `document.documentElement.scrollWidth > document.documentElement.clientWidth`); over {
				t.Errorf("%s: the page is wider than the window", scheme)
			}
			b.picture(chromedp.FullScreenshot(100), map[string]string{"light": "report.png", "dark": "report-dark.png"}[scheme])
			if scheme == "light" {
				b.picture(chromedp.Screenshot(chromedp.CSS("#f1")), "lanes.png")
			}
		}
	})

	t.Run("narrow", func(t *testing.T) {
		b := open(t, browser, text, chromedp.EmulateViewport(390, 800))
		if over := eval[bool](b, `document.documentElement.scrollWidth > document.documentElement.clientWidth`); over {
			t.Error("the page is wider than a phone")
		}
	})
}

// contains reports whether all has part in one piece.
func contains(all, part []string) bool {
	for i := range all {
		if len(all[i:]) >= len(part) && slices.Equal(all[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// axTree is the page as a screen reader sees it.
func axTree(b *tab) []*accessibility.Node {
	b.t.Helper()
	tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		b.t.Fatal(err)
	}
	return tree.Nodes
}

func axText(v *accessibility.Value) string {
	text := ""
	if v != nil {
		json.Unmarshal(v.Value, &text) // what is no text has no name
	}
	return text
}

func axNames(b *tab) (names []string) {
	for _, node := range axTree(b) {
		names = append(names, axText(node.Name))
	}
	return names
}

// checkRoles checks that there are the roles that one finds one's way by, and that whatever one can operate has a
// name.
func checkRoles(t *testing.T, b *tab) {
	roles := map[string]int{}
	for _, node := range axTree(b) {
		if node.Ignored {
			continue
		}
		role, name := axText(node.Role), axText(node.Name)
		roles[role]++
		switch role {
		case "link", "button", "searchbox", "listbox", "option", "DisclosureTriangle", "image", "region", "navigation", "heading":
			if name == "" {
				t.Errorf("a %s has no name", role)
			}
		}
	}
	for _, role := range []string{"banner", "main", "navigation", "searchbox", "listbox", "option", "button", "status", "table", "rowheader", "columnheader", "image", "DisclosureTriangle"} {
		if roles[role] == 0 {
			t.Errorf("there is no %s; there are %v", role, roles)
		}
	}
}
