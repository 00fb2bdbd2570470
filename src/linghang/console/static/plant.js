// Trends: reads courses from the API at the resolution that the screen can show, draws them, reads anew on zooming.
const linghangDraw = { drawn: null };

/** Milliseconds that the clocks of a zone are ahead of UTC at a moment. */
function linghangAhead(zone, at) {
  const form = new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit",
    day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const part = Object.fromEntries(form.formatToParts(new Date(at)).map((one) => [one.type, one.value]));
  const local = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  return local - Math.floor(at / 1000) * 1000;
}

class LinghangTrend {
  constructor(element, said) {
    Object.assign(this, said);
    this.element = element;
    this.asked = 0;
    this.form = document.getElementById("lh-trend-form");
    this.status = document.getElementById("lh-trend-said");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [from, to] = ["lh-from", "lh-to"].map((id) => this.fromLocal(document.getElementById(id).value));
      if (from < to) this.go(from, to);
    });
    for (const button of this.form.querySelectorAll("[data-way]"))
      button.addEventListener("click", () => this.way(button.dataset.way));
    const chart = this.chart();
    chart.on("brushEnd", (event) => {
      const range = event.areas[0]?.coordRange;
      chart.dispatchAction({ type: "brush", areas: [] });
      if (range && range[1] - range[0] >= 1000) this.go(...range.map((one) => this.unshift(one)));
    });
    new ResizeObserver(() => this.arm()).observe(chart.getDom());
  }
  chart() { return getElement(this.element)?.chart; }
  here() { return document.getElementById("lh-trend-said") === this.status; }
  fromLocal(text) {
    const asIf = Date.parse(text + "Z");
    return asIf - linghangAhead(this.zone, asIf - linghangAhead(this.zone, asIf));
  }
  toLocal(at) { return new Date(at + linghangAhead(this.zone, at)).toISOString().slice(0, 19); }
  shift(at) {
    let ahead = this.offsets[0][1];
    for (const [from, more] of this.offsets) if (at >= from) ahead = more;
    return at + ahead;
  }
  unshift(local) { return Math.round(local - (this.shift(local - this.offsets[0][1]) - (local - this.offsets[0][1]))); }
  way(what) {
    const [a, b] = [this.start, this.end], half = (b - a) / 2;
    const to = { back: [a - half, b - half], on: [a + half, b + half], in: [a + half / 2, b - half / 2], out: [a - half, b + half] }[what];
    this.go(...to);
  }
  go(from, to) {
    this.start = Math.round(from);
    this.end = Math.max(Math.round(to), this.start + 1000);
    this.live = this.end >= Date.now() - 5000 && this.start < Date.now();
    if (this.live) this.end = Date.now();
    const more = new URLSearchParams({ from: new Date(this.start).toISOString(), to: new Date(this.end).toISOString() });
    history.replaceState(history.state, "", this.path + "&" + more);
    for (const one of document.querySelectorAll(".lh-trend-head .lh-segments a")) one.removeAttribute("aria-current");
    this.read();
  }
  async read() {
    const turn = ++this.asked;
    const query = new URLSearchParams(this.tags.map((one) => ["tag", one]));
    query.set("start", new Date(this.start).toISOString());
    query.set("end", new Date(this.end).toISOString());
    const begun = performance.now();
    try {
      const answer = await fetch("/api/v1/plant/trends?" + query, { headers: { "Accept-Language": this.language } });
      const found = await answer.json();
      if (turn !== this.asked || !this.here()) return;
      if (!answer.ok) return (this.status.textContent = found.detail || this.words.wrong);
      this.offsets = found.offsets;
      this.courses = found.courses;
      this.draw();
      this.chart()?.getZr().flush(); // it is drawn now, and not with the next frame
      linghangDraw.drawn = performance.now() - begun;
    } catch {
      if (turn === this.asked && this.here()) this.status.textContent = this.words.wrong;
    }
  }
  name(one) { return one.title || one.name; }
  side(one) { return this.courses.length && one.unit !== this.courses[0].unit ? 1 : 0; }
  draw() {
    const chart = this.chart();
    if (!chart) return;
    const units = [[], []];
    for (const one of this.courses) if (!units[this.side(one)].includes(one.unit)) units[this.side(one)].push(one.unit);
    const sides = units[1].length ? 2 : 1;
    chart.setOption({
      animation: false, useUTC: true, aria: { enabled: false },
      grid: { left: 8, right: 16, top: 64, bottom: 8, containLabel: true },
      legend: { top: 0, type: "scroll", data: this.courses.map((one) => this.name(one)) },
      tooltip: { trigger: "axis", confine: true, renderMode: "richText", formatter: (several) => this.tip(several) },
      brush: { xAxisIndex: 0, brushMode: "single", throttleType: "debounce", throttleDelay: 100 },
      toolbox: { show: false },
      xAxis: { type: "time", min: this.shift(this.start), max: this.shift(this.end) },
      yAxis: [0, 1].slice(0, sides).map((side) => ({ type: "value", scale: true, name: units[side].filter(Boolean).join(", "),
        splitLine: { show: side === 0 }, position: side ? "right" : "left" })),
      series: this.courses.flatMap((one, place) => this.series(one, place)),
    }, { replaceMerge: ["series", "yAxis"] });
    this.arm();
    this.say();
  }
  /** Dragging chooses a stretch at once, without a button before it. */
  arm() {
    this.chart()?.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: { brushType: "lineX", brushMode: "single" } });
  }
  series(one, place) {
    const colour = this.colours[place % this.colours.length], yAxisIndex = this.side(one), name = this.name(one);
    const at = one.at_ms.map((moment) => this.shift(moment)), few = at.length < 200;
    const line = { id: "mean " + place, name, type: "line", yAxisIndex, color: colour, connectNulls: false, showSymbol: few, symbolSize: 4,
      lineStyle: { width: 1.5, type: place < this.colours.length ? "solid" : "dashed" }, step: one.kind === "flag" ? "end" : false,
      data: at.map((moment, n) => [moment, one.mean[n], one.low[n], one.high[n]]) };
    if (one.every_s === null) {
      const bad = one.bad.filter((n) => one.mean[n] !== null).map((n) => [at[n], one.mean[n]]);
      if (!bad.length) return [line];
      return [line, { id: "bad " + place, name: name + " · " + this.words.bad, type: "scatter", yAxisIndex, symbol: "diamond", symbolSize: 9,
        color: this.wrong, data: bad, z: 5 }];
    }
    const band = { type: "line", name, yAxisIndex, color: colour, stack: "band " + place, stackStrategy: "all", showSymbol: false, silent: true,
      lineStyle: { opacity: 0 }, tooltip: { show: false } };
    return [line,
      { ...band, id: "low " + place, data: at.map((moment, n) => [moment, one.low[n]]) },
      { ...band, id: "high " + place, areaStyle: { color: colour, opacity: 0.2 },
        data: at.map((moment, n) => [moment, one.low[n] === null ? null : one.high[n] - one.low[n]]) }];
  }
  number(value) {
    return value === null || value === undefined ? "–" : value.toLocaleString(this.language, { maximumSignificantDigits: 6 });
  }
  tip(several) {
    const lines = several.filter((one) => one.seriesId.startsWith("mean ")).map((one) => {
      const course = this.courses[Number(one.seriesId.slice(5))], [, mean, low, high] = one.value;
      const range = course.every_s !== null && low !== null ? ` (${this.number(low)} … ${this.number(high)})` : "";
      return `${one.seriesName}: ${this.number(mean)}${range} ${course.unit}`;
    });
    const at = several.length ? new Date(several[0].value[0]).toISOString().slice(0, 19).replace("T", " ") : "";
    return [at, ...lines].join("\n");
  }
  every(seconds) {
    for (const [size, word] of [[86400, "d"], [3600, "h"], [60, "min"]])
      if (seconds % size === 0) return seconds / size + " " + this.words[word];
    return seconds + " " + this.words.s;
  }
  say() {
    for (const [id, at] of [["lh-from", this.start], ["lh-to", this.end]]) document.getElementById(id).value = this.toLocal(at);
    const points = this.courses.reduce((sum, one) => sum + one.points, 0), first = this.courses.find((one) => one.every_s !== null);
    const number = (value) => value.toLocaleString(this.language);
    const said = !points ? this.words.none
      : first ? this.words.intervals.replace("{intervals}", number(first.at_ms.length)).replace("{time}", this.every(first.every_s)).replace("{points}", number(points))
      : this.words.points.replace("{points}", number(points));
    this.status.textContent = this.live ? said + " · " + this.words.live : said;
    this.status.dataset.points = points;
  }
  /** Values that came since: put behind the others; the whole is read anew now and then, at its resolution. */
  came(news) {
    if (!this.live || !this.courses || !this.chart()) return;
    for (const course of this.courses) {
      const one = news[course.name];
      if (!one || typeof one.value === "string") continue;
      const at = Date.parse(one.at), value = one.value === null ? null : Number(one.value);
      if (at <= (course.at_ms.at(-1) ?? -Infinity)) continue;
      for (const [key, what] of [["at_ms", at], ["mean", value], ["low", value], ["high", value]]) course[key].push(what);
      if (!one.good && course.every_s === null) course.bad.push(course.at_ms.length - 1);
      course.points += 1;
    }
    const now = Date.now(), every = Math.max(60, ...this.courses.map((one) => one.every_s || 0)) * 1000;
    this.start += now - this.end;
    this.end = now;
    if (now - (this.readAt ??= now) > every) {
      this.readAt = now;
      this.read();
    } else this.draw();
  }
}

function linghangTrend(element, said) {
  const chart = getElement(element)?.chart;
  if (!chart) return setTimeout(() => linghangTrend(element, said), 20);
  const trend = new LinghangTrend(element, said);
  trend.read();
  const query = new URLSearchParams(said.tags.map((one) => ["tag", one]));
  linghangListen("values?" + query, "values", (news) => trend.came(news), () => trend.here());
}

// Alarms: values in place; the list anew where one comes or goes.
function linghangAlarms(keys, place) {
  const known = new Set(keys);
  linghangListen("alarms", "alarms", (news) => {
    let anew = false;
    for (const [key, one] of Object.entries(news)) {
      if ((one === null) === known.has(key)) anew = true;
      const cell = document.querySelector(`[data-alarm="${CSS.escape(key)}"]`);
      if (one && cell && one.value !== null) cell.textContent = one.value.toLocaleString(undefined, { maximumSignificantDigits: 6 });
    }
    if (anew) getElement(place)?.$emit("anew", {});
  }, () => document.querySelector(".lh-alarms"));
}

// The floor: signs and colours of the machines, in the list and in the scene.
function linghangFloor(scene, said) {
  linghangListen("states", "states", (news) => {
    for (const [id, one] of Object.entries(news)) {
      const state = one && said.colours[one.state] ? one.state : "unknown";
      for (const cell of document.querySelectorAll(`[data-machine="${CSS.escape(id)}"]`)) {
        const badge = cell.querySelector("[data-state]");
        if (badge && badge.dataset.state !== state) {
          badge.dataset.state = state;
          badge.querySelector(".lh-sign").textContent = said.signs[state];
          badge.querySelector("[data-word]").textContent = said.words[state];
        }
        cell.classList.toggle("lh-not-live", !(one && one.live));
      }
      const box = said.boxes[id];
      if (scene !== null && box) getElement(scene)?.material?.(box, said.colours[state], one && one.live ? 1 : 0.55, "front");
    }
  }, () => document.querySelector(".lh-floor-list"));
}

/** Put the camera so far off that all of the plan is seen, whatever the shape of the place it is drawn in. */
function linghangFit(scene, extent) {
  const element = getElement(scene);
  if (!element?.$el?.clientHeight) return;
  const [length, width] = extent.map((one) => Math.max(one, 10)), aspect = element.$el.clientWidth / element.$el.clientHeight;
  const half = Math.tan((22.5 * Math.PI) / 180), far = Math.max((length * 0.58) / (half * aspect), (width * 0.5) / half) + width * 0.35;
  element.move_camera(0, -far * 0.72, far * 0.69, 0, 0, 0, 0, 0, 1, 0);
}
