import { keys, part, reject, send, tell } from "./acts.js";

const queue = document.querySelector("#queue");
let here = null, last = null; // the flag the keys act on, and the one judged last

const away = () => tell(document.querySelector("#toast").dataset.away, true);
const flags = (within = queue) => [...within.querySelectorAll(".flag")];
const waits = (flag) => Boolean(flag.querySelector("form.judge"));

function go(flag, scroll = true) {
  if (!flag) return;
  here?.classList.remove("here");
  here = flag;
  here.classList.add("here");
  if (scroll) here.scrollIntoView({ block: "nearest" });
  here.querySelector(".flagmain").focus({ preventScroll: true });
}

// beside is the next flag in a direction, fetched if it is not here; null at the end.
async function beside(flag, way) {
  let chunk = flag.closest(".chunk");
  const within = flags(chunk), i = within.indexOf(flag) + way;
  if (within[i]) return within[i];
  for (;;) {
    let next = way > 0 ? chunk.nextElementSibling : chunk.previousElementSibling;
    if (next?.matches(".more")) { await more(); next = chunk.nextElementSibling; }
    if (!next?.matches(".chunk")) return null;
    await unpark(next);
    const found = flags(next);
    if (found.length) return found[way > 0 ? 0 : found.length - 1];
    chunk = next;
  }
}

// move goes so many flags on. What is pressed while a page is on its way is made up for when it has come.
let owed = 0, walking = false;
async function move(by) {
  owed += by;
  if (walking) return;
  walking = true;
  try {
    while (owed) {
      const way = Math.sign(owed), to = here ? await beside(here, way) : flags()[0];
      if (!to) { owed = 0; break; }
      owed -= way;
      go(to);
    }
  } catch { owed = 0; away(); }
  walking = false;
}

// onward goes to the next flag on this page or the one after it that still waits; to the next one when none does. Whoever has
// moved meanwhile stays there.
async function onward(flag) {
  const page = flags(flag.closest(".chunk")), rest = page.slice(page.indexOf(flag) + 1);
  let to = rest.find(waits);
  if (!to) {
    const over = await beside(page.at(-1), 1).catch(away);
    to = (over && flags(over.closest(".chunk")).find(waits)) ?? rest[0] ?? over;
  }
  if (here === flag) go(to);
}

async function judge(action) {
  const flag = here;
  if (!flag || !waits(flag) || flag.dataset.busy) return;
  const fields = { action, follows: flag.dataset.step };
  if (action === "reject") {
    const why = await reject();
    if (!why) return;
    Object.assign(fields, why);
  }
  flag.dataset.busy = "1";
  const answer = await send(`/flags/${encodeURIComponent(flag.dataset.flag)}/verdict`, fields);
  delete flag.dataset.busy;
  if (answer.failed === 409) { await renew(flag); return; }
  if (answer.failed !== undefined) return;
  last = flag;
  settle(flag, answer);
  count(-1);
  tell(answer.told, false, undo);
  if (flag === here) await onward(flag);
}

// settle shows what a flag has become.
function settle(flag, answer) {
  flag.dataset.step = answer.step;
  flag.dataset.status = answer.status;
  const tag = flag.querySelector(".flagstatus .tag");
  tag.className = "tag " + answer.status;
  tag.textContent = answer.title;
  const form = flag.querySelector("form.judge");
  if (form) { form.hidden = !answer.waits; form.classList.toggle("judge", answer.waits); form.classList.toggle("judged", !answer.waits); }
  const judged = flag.querySelector("form.judged");
  if (judged && answer.waits) { judged.hidden = false; judged.className = "judge buttons"; }
}

async function undo() {
  if (!last) return;
  const flag = last;
  const answer = await send(`/flags/${encodeURIComponent(flag.dataset.flag)}/undo`, { follows: flag.dataset.step });
  if (answer.failed !== undefined) return;
  last = null;
  settle(flag, answer);
  count(1);
  tell(answer.told);
  go(flag);
}

// renew fetches a call's flags again: somebody else was faster.
async function renew(flag) {
  const old = flag.closest(".call");
  try {
    const fresh = (await part(`/calls/${encodeURIComponent(old.dataset.call)}?part=row&flag=${encodeURIComponent(flag.dataset.flag)}&in=${encodeURIComponent(location.search.slice(1))}`)).querySelector(".flag");
    if (fresh) { flag.replaceWith(fresh); go(fresh); }
  } catch { /* what went wrong has been told */ }
}

function count(by) {
  const total = document.querySelector("#total"), was = total.dataset.total, now = Math.max(0, Number(was) + by);
  total.textContent = total.textContent.replace(was, now);
  total.dataset.total = now;
}

// more adds the next page at the end; two that ask at once get one.
let loading = null;
function more() {
  const link = queue.querySelector(".more");
  if (!link) return Promise.resolve();
  return loading ??= part(link.querySelector("a").href + "&part=rows").then((rows) => {
    link.replaceWith(rows);
    watch(queue.querySelector(".chunk:last-of-type"));
  }).finally(() => { loading = null; });
}

// A page far out of view is parked: an empty element of its height, so that a queue of any length takes as little of the
// browser as a short one. It is fetched again when it comes near; of what has been judged meanwhile it then says so no more.
function park(chunk) {
  if (chunk.parked || chunk.contains(here) || chunk.contains(last) || chunk.querySelector("[data-busy]")) return;
  chunk.style.height = chunk.offsetHeight + "px";
  chunk.parked = new Set([...chunk.querySelectorAll(".call")].map((c) => c.dataset.call));
  chunk.replaceChildren();
}

// fetched brings back the calls that were on a page. What has come to the queue since may have pushed some of them to the pages
// that follow now: as far as where the next page began.
async function fetched(chunk) {
  const missing = new Set(chunk.parked), found = [];
  const next = chunk.nextElementSibling, until = place(next?.dataset.page ?? next?.querySelector("a").href);
  for (let page = chunk.dataset.page; page && missing.size;) {
    const rows = await part(page);
    for (const call of rows.querySelectorAll(".call")) if (missing.delete(call.dataset.call)) found.push(call);
    const more = rows.querySelector(".more a")?.getAttribute("href");
    page = more && (!until || before(place(more), until)) ? more + "&part=rows" : null;
  }
  chunk.append(...found);
  chunk.style.height = "";
  chunk.parked = null;
}

// place is where in the order of the queue a page begins, as its address says: gravest first, then newest, then by id.
function place(page) {
  const after = page && new URL(page, location.href).searchParams.get("after");
  return after && JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(after.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0))));
}
const before = (a, b) => (a.u - b.u || a.l - b.l || (a.i < b.i ? -1 : 1)) < 0;

function unpark(chunk) {
  if (!chunk.parked) return Promise.resolve();
  return chunk.coming ??= fetched(chunk).finally(() => {
    chunk.coming = null;
    if (chunk.far) setTimeout(() => { if (chunk.far) park(chunk); }, 1000); // it has gone out of view meanwhile
  });
}

const near = new IntersectionObserver((seen) => { if (seen.some((s) => s.isIntersecting)) more().catch(away); }, { rootMargin: "1500px" });
const inView = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    target.far = !isIntersecting;
    if (target.far) park(target);
    else if (target.parked) setTimeout(() => { if (!target.far) unpark(target).catch(away); }, 60); // not what is only flown over
  }
}, { rootMargin: "4000px" });
function watch(chunk) {
  inView.observe(chunk);
  near.disconnect();
  const link = queue.querySelector(".more");
  if (link) near.observe(link);
}
watch(queue.querySelector(".chunk"));

queue.addEventListener("focusin", (e) => { const f = e.target.closest(".flag"); if (f && f !== here) { here?.classList.remove("here"); here = f; f.classList.add("here"); } });
queue.addEventListener("click", (e) => {
  const button = e.target.closest("form.judge button, [data-reject]");
  if (!button) return;
  e.preventDefault();
  go(button.closest(".flag"), false);
  judge(button.dataset.reject !== undefined ? "reject" : button.value);
});

// Where the filters lie above the queue they make room for it.
if (matchMedia("(max-width: 1180px)").matches) document.querySelector(".fold").open = false;

// Choosing in the filters shows it at once.
document.querySelector(".filters").addEventListener("change", (e) => { if (e.target.type === "checkbox" || e.target.tagName === "SELECT" || e.target.type === "date") e.currentTarget.requestSubmit(); });

keys({
  j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
  Enter: () => here?.querySelector(".flagmain").click(), o: () => here?.querySelector(".flagmain").click(),
  c: () => judge("confirm"), r: () => judge("reject"), u: () => judge("unsure"), z: undo,
  "/": () => document.querySelector("#agent").focus(),
});
go(flags()[0], false);
