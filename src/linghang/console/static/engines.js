// A schedule by machine whose bars can be moved, by mouse and by keyboard. What a move breaks is the server's to say.
let linghangPlanNow = null;
const LINGHANG_STEP_S = 300, LINGHANG_KEY_S = 900;

function linghangPlan(given) {
  const place = document.getElementById("lh-plan");
  if (!place) return;
  const first = Math.min(...given.bars.map((bar) => bar.start - bar.setup));
  const last = Math.max(...given.bars.map((bar) => bar.end));
  linghangPlanNow = { ...given, place, taken: null, focused: given.bars[0]?.task,
    from: Math.floor(first / 3600) * 3600, until: Math.ceil(last / 3600) * 3600 + 12 * 3600 };
  linghangPlanDraw();
}

function linghangPlanShow(state) {
  if (!linghangPlanNow?.place.isConnected) return;
  const inside = linghangPlanNow.place.contains(document.activeElement);
  linghangPlanNow.bars = state.bars;
  linghangPlanNow.taken = null;
  const last = Math.max(...state.bars.map((bar) => bar.end));
  if (last + 3600 > linghangPlanNow.until) linghangPlanNow.until = Math.ceil(last / 3600) * 3600 + 12 * 3600;
  linghangPlanDraw();
  if (inside) linghangPlanBar(linghangPlanNow.focused)?.focus({ preventScroll: true });
}

function linghangPlanZoom(hour) {
  if (!linghangPlanNow) return;
  linghangPlanNow.hour = hour;
  linghangPlanDraw();
}

function linghangPlanDraw() {
  const now = linghangPlanNow, dark = document.body.classList.contains("body--dark") ? "dark" : "light";
  const scrolled = now.place.querySelector(".lh-plan-scroll"), x = (s) => ((s - now.from) / 3600) * now.hour;
  const left = scrolled?.scrollLeft ?? 0, top = scrolled?.scrollTop ?? 0;
  const node = (kind, cls, style = {}, text = "") => {
    const made = document.createElement(kind);
    made.className = cls;
    Object.assign(made.style, style);
    made.textContent = text;
    return made;
  };
  const clock = (s, day) => new Date(s * 1000).toLocaleString(now.language, day
    ? { timeZone: now.zone, month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }
    : { timeZone: now.zone, hour: "2-digit", minute: "2-digit" });
  now.clock = clock;
  const width = x(now.until), scroll = node("div", "lh-plan-scroll"), head = node("div", "lh-plan-head");
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", now.said.plan);
  scroll.setAttribute("aria-describedby", "lh-plan-help");
  head.append(node("div", "lh-plan-name"), node("div", "lh-plan-track", { width: width + "px" }));
  const every = [1, 2, 4, 6, 12, 24].find((hours) => hours * now.hour >= 90) ?? 24;
  for (let at = now.from; at < now.until; at += every * 3600)
    head.lastChild.append(node("span", "lh-plan-tick", { left: x(at) + "px" }, clock(at, true)));
  scroll.append(head);
  for (const machine of now.machines) {
    const lane = node("div", "lh-plan-lane"), track = node("div", "lh-plan-track", { width: width + "px" });
    lane.dataset.machine = machine.id;
    for (const [from, to] of machine.breaks) {
      const a = Math.max(from, now.from), b = Math.min(to, now.until);
      if (b <= a) continue;
      const closed = node("div", "lh-plan-break", { left: x(a) + "px", width: x(b) - x(a) + "px" });
      closed.title = now.said.closed;
      track.append(closed);
    }
    lane.append(node("div", "lh-plan-name", {}, machine.id), track);
    scroll.append(lane);
  }
  const lanes = new Map([...scroll.querySelectorAll(".lh-plan-lane")].map((one) => [one.dataset.machine, one.lastChild]));
  for (const bar of now.bars) {
    const track = lanes.get(bar.machine);
    if (bar.setup) {
      const setup = node("div", "lh-plan-setup", { left: x(bar.start - bar.setup) + "px", width: x(bar.start) - x(bar.start - bar.setup) + "px" });
      setup.title = now.said.setup;
      track.append(setup);
    }
    const size = Math.max(x(bar.end) - x(bar.start), 6), frozen = now.tasks[bar.task].frozen;
    const sign = (bar.wrong ? "✗ " : "") + (bar.moved ? "• " : "") + (frozen ? "❄ " : "");
    const made = node("button", "lh-plan-bar", { left: x(bar.start) + "px", width: size + "px", backgroundColor: now.orders[bar.order][dark] },
      size > 40 || sign ? sign + (size > 40 ? bar.task : "") : "");
    made.type = "button";
    made.dataset.task = bar.task;
    made.tabIndex = bar.task === now.focused ? 0 : -1;
    made.classList.toggle("lh-plan-wrong", Boolean(bar.wrong));
    made.classList.toggle("lh-plan-moved", bar.moved);
    made.classList.toggle("lh-plan-frozen", frozen);
    made.setAttribute("aria-pressed", "false");
    const words = [bar.task, bar.order, bar.machine, `${clock(bar.start, true)} – ${clock(bar.end, true)}`,
      frozen && now.said.frozen, bar.moved && now.said.moved, bar.wrong && `${now.said.broken}: ${bar.wrong}`];
    made.title = words.filter(Boolean).join("\n");
    made.setAttribute("aria-label", words.filter(Boolean).join(", "));
    track.append(made);
  }
  const said = node("div", "lh-unseen lh-plan-said");
  said.setAttribute("aria-live", "assertive");
  now.place.replaceChildren(scroll, said);
  scroll.scrollLeft = left;
  scroll.scrollTop = top;
  scroll.addEventListener("pointerdown", linghangPlanDrag);
  scroll.addEventListener("keydown", linghangPlanKey);
  scroll.addEventListener("focusin", (event) => event.target.dataset.task && linghangPlanFocus(event.target, false));
}

function linghangPlanBar(task) {
  return [...linghangPlanNow.place.querySelectorAll(".lh-plan-bar")].find((one) => one.dataset.task === task);
}

function linghangPlanFocus(bar, move = true) {
  if (!bar) return;
  for (const one of linghangPlanNow.place.querySelectorAll('.lh-plan-bar[tabindex="0"]')) one.tabIndex = -1;
  bar.tabIndex = 0;
  linghangPlanNow.focused = bar.dataset.task;
  if (move) bar.focus();
}

function linghangPlanSay(text) {
  linghangPlanNow.place.querySelector(".lh-plan-said").textContent = text;
}

function linghangPlanEligible(task) {
  const can = task ? new Set(linghangPlanNow.tasks[task].machines) : null;
  for (const lane of linghangPlanNow.place.querySelectorAll(".lh-plan-lane"))
    lane.classList.toggle("lh-plan-cannot", can !== null && !can.has(lane.dataset.machine));
}

// Puts a bar where it would be, without asking anybody.
function linghangPlanPut(bar, machine, start) {
  const now = linghangPlanNow, lane = now.place.querySelector(`.lh-plan-lane[data-machine="${CSS.escape(machine)}"]`);
  if (bar.parentElement !== lane.lastChild) lane.lastChild.append(bar);
  bar.style.left = ((start - now.from) / 3600) * now.hour + "px";
}

function linghangPlanDrop(task, machine, start) {
  const now = linghangPlanNow, was = now.bars.find((bar) => bar.task === task);
  linghangPlanEligible(null);
  if (was.machine === machine && Math.abs(was.start - start) < 1) return linghangPlanDraw();
  linghangPlanSay(now.said.dropped);
  now.place.dispatchEvent(new CustomEvent("planmoved", { detail: { task, machine, start } }));
}

function linghangPlanDrag(event) {
  const now = linghangPlanNow, bar = event.target.closest(".lh-plan-bar");
  if (!bar || event.button !== 0 || now.tasks[bar.dataset.task].frozen) return;
  const task = bar.dataset.task, was = now.bars.find((one) => one.task === task);
  let to = { machine: was.machine, start: was.start }, going = false;
  const scroll = now.place.querySelector(".lh-plan-scroll"), at = { x: event.clientX + scroll.scrollLeft, y: event.clientY };
  const move = (moved) => {
    const dx = moved.clientX + scroll.scrollLeft - at.x;
    if (!going && Math.hypot(dx, moved.clientY - at.y) < 4) return;
    if (!going) linghangPlanEligible(task);
    going = true;
    bar.classList.add("lh-plan-going");
    const start = Math.max(now.from, Math.round((was.start + (dx / now.hour) * 3600) / LINGHANG_STEP_S) * LINGHANG_STEP_S);
    const lane = document.elementsFromPoint(moved.clientX, moved.clientY).map((one) => one.closest?.(".lh-plan-lane")).find(Boolean);
    const machine = lane?.dataset.machine;
    to = { machine: now.tasks[task].machines.includes(machine) ? machine : to.machine, start };
    linghangPlanPut(bar, to.machine, to.start);
  };
  const end = (ended) => {
    for (const [name, handler] of [["pointermove", move], ["pointerup", end], ["pointercancel", end], ["keydown", leave]])
      window.removeEventListener(name, handler, true);
    if (!going) return;
    linghangPlanFocus(bar);
    ended.type === "pointerup" ? linghangPlanDrop(task, to.machine, to.start) : (linghangPlanEligible(null), linghangPlanDraw());
  };
  const leave = (key) => key.key === "Escape" && end(key);
  for (const [name, handler] of [["pointermove", move], ["pointerup", end], ["pointercancel", end], ["keydown", leave]])
    window.addEventListener(name, handler, true);
}

function linghangPlanKey(event) {
  const now = linghangPlanNow, bar = event.target.closest(".lh-plan-bar");
  if (!bar) return;
  const task = bar.dataset.task, key = event.key, taken = now.taken;
  if (key === "Enter" || key === " ") {
    event.preventDefault();
    if (taken) {
      now.taken = null;
      bar.setAttribute("aria-pressed", "false");
      return linghangPlanDrop(task, taken.machine, taken.start);
    }
    if (now.tasks[task].frozen) return linghangPlanSay(now.said.frozen);
    const was = now.bars.find((one) => one.task === task);
    now.taken = { machine: was.machine, start: was.start };
    bar.setAttribute("aria-pressed", "true");
    linghangPlanEligible(task);
    return linghangPlanSay(now.said.taken);
  }
  if (key === "Escape" && taken) {
    now.taken = null;
    linghangPlanEligible(null);
    linghangPlanDraw();
    linghangPlanBar(task).focus();
    return linghangPlanSay(now.said.left);
  }
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
  if (!dx && !dy) return;
  event.preventDefault();
  if (!taken) return linghangPlanFocus(linghangPlanNext(bar, dx, dy));
  const can = now.machines.map((one) => one.id).filter((id) => now.tasks[task].machines.includes(id));
  const lane = Math.min(Math.max(can.indexOf(taken.machine) + dy, 0), can.length - 1);
  taken.start = Math.max(now.from, taken.start + dx * (event.shiftKey ? 3600 : LINGHANG_KEY_S));
  taken.machine = can[lane];
  linghangPlanPut(bar, taken.machine, taken.start);
  bar.focus();
  bar.scrollIntoView({ block: "nearest", inline: "nearest" });
  linghangPlanSay(`${taken.machine}, ${now.clock(taken.start, true)}`);
}

function linghangPlanNext(bar, dx, dy) {
  const now = linghangPlanNow, here = now.bars.find((one) => one.task === bar.dataset.task);
  const on = (id) => now.bars.filter((one) => one.machine === id).sort((a, b) => a.start - b.start);
  if (dx) {
    const lane = on(here.machine);
    return linghangPlanBar((lane[lane.indexOf(here) + dx] ?? here).task);
  }
  const ids = now.machines.map((one) => one.id);
  for (let place = ids.indexOf(here.machine) + dy; place >= 0 && place < ids.length; place += dy) {
    const lane = on(ids[place]);
    if (lane.length)
      return linghangPlanBar(lane.reduce((a, b) => (Math.abs(a.start - here.start) <= Math.abs(b.start - here.start) ? a : b)).task);
  }
  return bar;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".lh-plan-goto");
  if (!link || !linghangPlanNow?.place.isConnected) return;
  const bar = linghangPlanBar(link.dataset.task);
  linghangPlanFocus(bar);
  bar?.scrollIntoView({ block: "nearest", inline: "center" });
});
