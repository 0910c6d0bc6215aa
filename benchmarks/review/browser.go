package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/earshot/earshot/pipeline/store"
)

// scrolled is what a page of the inbox took of a browser that was scrolled to its end.
type scrolled struct {
	Took     float64 `json:"took"`     // ms until its flags were on the screen
	Frame    float64 `json:"frame"`    // ms, the longest between two pictures meanwhile
	Elements int     `json:"elements"` // that the document then had
	Heap     float64 `json:"heap"`     // MB, of the scripts
}

// further scrolls to the end, again and again, until so many more pages have come, and notes what each took. It waits between
// them as long as the limit of a session asks.
const further = `(async (pages, between) => {
	const frame = () => new Promise((done) => requestAnimationFrame(done)), out = [];
	window.known ??= new Set();
	const note = () => { for (const f of document.querySelectorAll(".flag")) known.add(f.dataset.flag); };
	note();
	while (out.length < pages && document.querySelector(".more")) {
		const chunks = document.querySelectorAll(".chunk").length, began = performance.now();
		let longest = 0, last = began;
		scrollTo(0, document.body.scrollHeight);
		while (document.querySelectorAll(".chunk").length === chunks) {
			const now = await frame();
			longest = Math.max(longest, now - last); last = now;
			if (now - began > 20000) throw new Error("no further page in 20 s");
		}
		await frame();
		note();
		out.push({ took: performance.now() - began, frame: longest, elements: document.querySelectorAll("*").length, heap: performance.memory.usedJSHeapSize / 1e6 });
		await new Promise((done) => setTimeout(done, between));
	}
	return out;
})(%d, %d)`

// manyKeys presses a key many times at once, from the first flag on, and gives how many flags further it came and in how many ms.
const manyKeys = `(async (keys) => {
	scrollTo(0, 0);
	const order = [], at = () => document.querySelector(".flag.here")?.dataset.flag, began = performance.now();
	const first = at();
	new MutationObserver(() => { const f = at(); if (f && f !== order.at(-1)) order.push(f); }).observe(document.querySelector("#queue"), { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
	for (let i = 0; i < keys; i++) document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
	const flags = () => order.filter((f) => f !== first).length;
	while (flags() < keys && performance.now() - began < 60000) await new Promise((done) => setTimeout(done, 20));
	return [flags(), performance.now() - began];
})(%d)`

// browse scrolls a real Chromium through all that waits, and prints by depth what a page took.
func browse(ctx context.Context, s *site, st *store.Store, out io.Writer) error {
	program := os.Getenv("EARSHOT_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if program == "" {
			program, _ = exec.LookPath(name)
		}
	}
	if program == "" {
		return errors.New("no Chromium: run scripts/need-chromium.sh, or set EARSHOT_CHROMIUM")
	}
	who, err := s.signIn(ctx, st, store.AccountRow{Account: "bench-manager", Role: "manager", AllTeams: true})
	if err != nil {
		return err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.Flag("enable-precise-memory-info", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // root has none
	}
	ctx, cancel := chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	name, value, _ := strings.Cut(who.cookie, "=")
	cookie := network.SetCookieParams{Name: name, Value: value, URL: s.base, Path: "/", Secure: new(true), HTTPOnly: new(true)}
	if _, err := chromedp.Call(ctx, network.SetCookie, cookie); err != nil {
		return fmt.Errorf("cannot sign the browser in: %w", err)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(s.base+"/inbox"), chromedp.WaitReady(chromedp.CSS(".flag.here"))); err != nil {
		return fmt.Errorf("cannot open the inbox: %w", err)
	}
	total, err := chromedp.Run(ctx, chromedp.Evaluate[int]("Number(document.querySelector('#total').dataset.total)"))
	if err != nil {
		return err
	}
	var all []scrolled
	for {
		const atOnce = 50 // pages of one script
		some, err := chromedp.Run(ctx, chromedp.Evaluate[[]scrolled](fmt.Sprintf(further, atOnce, between.Milliseconds()), chromedp.EvalAwaitPromise))
		if err != nil {
			return fmt.Errorf("after %d pages: %w", len(all), err)
		}
		if all = append(all, some...); len(some) < atOnce {
			break
		}
	}
	seen, err := chromedp.Run(ctx, chromedp.Evaluate[int]("known.size"))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nscrolling a browser through %d of %d flags in %d pages\n\n", seen, total, len(all))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "pages\tmedian ms\tp95 ms\tmost ms\tlongest frame ms\tmost elements\theap MB\t")
	for from, to := range byDepth(len(all)) {
		var took []float64
		frame, elements, heap := 0.0, 0, 0.0
		for _, p := range all[from:to] {
			took, frame, elements, heap = append(took, p.Took), max(frame, p.Frame), max(elements, p.Elements), max(heap, p.Heap)
		}
		slices.Sort(took)
		n := len(took)
		fmt.Fprintf(w, "%d to %d\t%.0f\t%.0f\t%.0f\t%.0f\t%d\t%.0f\t\n", from+1, to, took[n/2], took[n*95/100], took[n-1], frame, elements, heap)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	const keys = 1000
	came, err := chromedp.Run(ctx, chromedp.Evaluate[[]float64](fmt.Sprintf(manyKeys, keys), chromedp.EvalAwaitPromise))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%d keys pressed at once on the first page: %.0f flags further after %.1f s\n", keys, came[0], came[1]/1000)
	if int(came[0]) != keys || seen != total {
		return fmt.Errorf("%d of %d flags were seen, and %.0f of %d keys had their effect", seen, total, came[0], keys)
	}
	return nil
}
