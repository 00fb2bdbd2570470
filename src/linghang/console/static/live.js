// Shows values as they change: one stream of the API for what is on the page, closed when the page is left.
let linghangStream = null;
function linghangLive(find, said) {
  linghangStream?.close();
  const stream = new EventSource("/api/v1/live/values?find=" + encodeURIComponent(find));
  linghangStream = stream;
  stream.addEventListener("values", (event) => {
    const cells = new Map([...document.querySelectorAll("[data-tag]")].map((one) => [one.dataset.tag, one]));
    if (!cells.size) return stream.close();
    const moments = new Map([...document.querySelectorAll("[data-at]")].map((one) => [one.dataset.at, one]));
    for (const [name, one] of Object.entries(JSON.parse(event.data))) {
      const cell = cells.get(name);
      if (!cell || one.value === null) continue;
      const number = (value) => value.toLocaleString(said.language, { maximumFractionDigits: 2 });
      cell.textContent = typeof one.value === "number" ? number(one.value) : one.value === true ? "✓" : one.value === false ? "✗" : one.value;
      if (one.at && Date.now() - new Date(one.at) < 60000) moments.get(name).textContent = said.now;
    }
  });
}
