// Shows values as they change: streams of the API for what is on the page, closed when the page is left or not seen.
const linghangStreams = new Map();

/** Listen to a stream while `here` says that its page is there and somebody looks at it; one stream of a kind of event. */
function linghangListen(path, event, took, here) {
  linghangStreams.get(event)?.end();
  const one = { source: null, over: false };
  one.open = () => {
    if (one.over || one.source || document.hidden) return;
    one.source = new EventSource("/api/v1/live/" + path);
    one.source.addEventListener(event, (said) => (here() ? took(JSON.parse(said.data)) : one.end()));
  };
  one.shut = () => {
    one.source?.close();
    one.source = null;
  };
  one.end = () => {
    one.over = true;
    one.shut();
    document.removeEventListener("visibilitychange", one.seen);
    if (linghangStreams.get(event) === one) linghangStreams.delete(event);
  };
  one.seen = () => (document.hidden ? one.shut() : here() ? one.open() : one.end());
  document.addEventListener("visibilitychange", one.seen);
  linghangStreams.set(event, one);
  one.open();
}

/** Values in the cells of a page: `data-tag` holds the value, `data-at` its moment, `data-quality` its quality. */
function linghangLive(find, said) {
  linghangListen("values?" + new URLSearchParams({ find }), "values", (news) => {
    const cells = new Map([...document.querySelectorAll("[data-tag]")].map((one) => [one.dataset.tag, one]));
    const moments = new Map([...document.querySelectorAll("[data-at]")].map((one) => [one.dataset.at, one]));
    const number = (value) => value.toLocaleString(said.language, { maximumFractionDigits: 2 });
    for (const [name, one] of Object.entries(news)) {
      const cell = cells.get(name);
      if (!cell || !one || one.value === null) continue;
      cell.textContent = typeof one.value === "number" ? number(one.value) : one.value === true ? "✓" : one.value === false ? "✗" : said.words?.[one.value] ?? one.value;
      const at = moments.get(name);
      if (at && one.at && Date.now() - new Date(one.at) < 60000) at.textContent = said.now;
    }
  }, () => document.querySelector("[data-tag]"));
}
