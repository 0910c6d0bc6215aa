import { keys, part, reject, send, tell } from "./acts.js";

const queue = document.querySelector("#queue");
let here = null, last = null; // the flag the keys act on, and the one judged last

const flags = () => [...queue.querySelectorAll(".flag")];

function go(flag, scroll = true) {
  if (!flag) return;
  here?.classList.remove("here");
  here = flag;
  here.classList.add("here");
  if (scroll) here.scrollIntoView({ block: "nearest" });
  here.querySelector(".flagmain").focus({ preventScroll: true });
  if (flags().indexOf(here) > flags().length - 15) more();
}

function move(by) {
  const all = flags(), i = all.indexOf(here);
  go(all[i < 0 ? 0 : Math.min(all.length - 1, Math.max(0, i + by))]);
}

// next is the flag after one that still waits; the one before when there is none.
function nextWaiting(flag) {
  const all = flags(), i = all.indexOf(flag);
  return all.slice(i + 1).find((f) => f.querySelector("form.judge")) ?? all[Math.min(i + 1, all.length - 1)];
}

async function judge(action) {
  const flag = here;
  if (!flag?.querySelector("form.judge") || flag.dataset.busy) return;
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
  if (flag === here) go(nextWaiting(flag));
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

// more adds the next page at the end, once at a time. Rows out of view cost nothing: see content-visibility in the style.
let loading = false;
async function more() {
  const link = queue.querySelector(".more");
  if (!link || loading) return;
  loading = true;
  try {
    const rows = await part(link.querySelector("a").href + "&part=rows");
    link.replaceWith(rows);
    watch();
  } catch { tell(document.querySelector("#toast").dataset.away, true); }
  loading = false;
}

const near = new IntersectionObserver((seen) => { if (seen.some((s) => s.isIntersecting)) more(); }, { rootMargin: "1500px" });
function watch() {
  near.disconnect();
  const link = queue.querySelector(".more");
  if (link) near.observe(link);
}
watch();

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
