// Files that take seconds to make: the link says so, asks once, and tells in place what was refused.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-slow]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy") === "true") return;
  const words = link.querySelector("span");
  const before = [...words.childNodes];
  const tell = (text) => {
    let said = link.parentElement.querySelector(".lh-app-slow-said");
    if (!said) {
      said = document.createElement("span");
      said.className = "lh-app-slow-said lh-worse";
      said.setAttribute("role", "alert");
      link.after(said);
    }
    said.textContent = text;
  };
  link.parentElement.querySelector(".lh-app-slow-said")?.remove();
  link.setAttribute("aria-busy", "true");
  words.replaceChildren(Object.assign(document.createElement("i"), { className: "lh-app-turning" }), link.dataset.slow);
  try {
    const answer = await fetch(link.href, { headers: { "Accept-Language": document.documentElement.lang } });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      tell(problem.errors?.map((one) => one.message).join("\n") || problem.detail || link.dataset.failed);
    } else {
      const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "")?.[1] || "";
      const address = URL.createObjectURL(await answer.blob());
      Object.assign(document.createElement("a"), { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
    }
  } catch {
    tell(link.dataset.failed);
  } finally {
    link.removeAttribute("aria-busy");
    words.replaceChildren(...before);
  }
});

// The values of the controls of a form, by their names.
function linghangForm(id) {
  const found = {};
  for (const one of document.querySelectorAll(`#${id} [name]`)) {
    if (one.type === "radio") { if (one.checked) found[one.name] = one.value; }
    else if (one.type === "checkbox") found[one.name] = one.checked;
    else found[one.name] = one.value;
  }
  return found;
}

// A text with the numbers of its lines; faults are marked at their lines, and lead there.
function linghangEditor(id) {
  const area = document.querySelector(`#${id} textarea`);
  const gutter = document.querySelector(`#${id} .lh-app-gutter`);
  if (!area || area.dataset.ready) return;
  area.dataset.ready = "yes";
  const marked = () => new Set([...document.querySelectorAll(".lh-app-to-line")].map((one) => Number(one.dataset.line)));
  let drawn = "";
  const draw = () => {
    const lines = area.value.split("\n").length;
    const faults = marked();
    const key = `${lines} ${[...faults]}`;
    if (key !== drawn) {
      drawn = key;
      gutter.replaceChildren(...Array.from({ length: lines }, (_, at) => {
        const row = document.createElement(faults.has(at + 1) ? "mark" : "span");
        row.textContent = `${at + 1}\n`;
        return row;
      }));
    }
    gutter.scrollTop = area.scrollTop;
  };
  const go = (line) => {
    const before = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const end = area.value.indexOf("\n", before);
    area.focus();
    area.setSelectionRange(before, end < 0 ? area.value.length : end);
    area.scrollTop = Math.max(0, (line - 6) * 20);
    draw();
  };
  area.addEventListener("input", draw);
  area.addEventListener("scroll", draw);
  new MutationObserver(draw).observe(document.querySelector(".lh-page-body") || document.body, { childList: true, subtree: true });
  document.addEventListener("click", (event) => {
    const to = event.target.closest(".lh-app-to-line");
    if (to && area.isConnected) go(Number(to.dataset.line));
  });
  draw();
  if (area.dataset.line) go(Number(area.dataset.line));
}
