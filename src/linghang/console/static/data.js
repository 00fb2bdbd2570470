// Mapping by drag and drop, and by the keyboard: what is chosen is told to the page as one event.
(() => {
  const tell = (from, detail) => from.dispatchEvent(new CustomEvent('lhmap', {detail, bubbles: true}));

  document.addEventListener('change', (event) => {
    const chosen = event.target.closest('[data-map]');
    if (!chosen) return;
    const value = chosen.type === 'checkbox' ? chosen.checked : chosen.value;
    tell(chosen, {...chosen.dataset, value, id: chosen.id});
  });

  document.addEventListener('dragstart', (event) => {
    const chip = event.target.closest?.('[data-source]');
    if (!chip) return;
    event.dataTransfer.setData('text/plain', chip.dataset.source);
    event.dataTransfer.effectAllowed = 'copy';
    document.body.classList.add('lh-dragging');
  });
  document.addEventListener('dragend', () => document.body.classList.remove('lh-dragging'));

  const slot = (event) => document.body.classList.contains('lh-dragging') && event.target.closest?.('[data-slot]');
  document.addEventListener('dragover', (event) => {
    const over = slot(event);
    document.querySelectorAll('.lh-over').forEach((one) => one !== over && one.classList.remove('lh-over'));
    if (!over) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    over.classList.add('lh-over');
  });
  document.addEventListener('drop', (event) => {
    const over = slot(event);
    document.body.classList.remove('lh-dragging');
    if (!over) return;
    event.preventDefault();
    over.classList.remove('lh-over');
    const value = event.dataTransfer.getData('text/plain');
    tell(over, {map: 'from', column: over.dataset.slot, value, id: over.querySelector('select')?.id});
  });
})();

function linghangFocus(id) {
  document.getElementById(id)?.focus({preventScroll: true});
}

// A grid of many rows: filters as the API takes them, and jumps to a row.
function linghangWhere(model) {
  const said = [];
  const add = (column, test, value) => said.push(value === undefined ? `${column}:${test}` : `${column}:${test}:${value}`);
  const day = (text) => text.slice(0, 10);
  const one = (column, given) => {
    const date = given.filterType === 'date';
    const from = date ? day(given.dateFrom || '') : given.filter;
    const to = date ? day(given.dateTo || '') : given.filterTo;
    if (given.type?.startsWith('is:')) return add(column, 'is', given.type.slice(3));
    switch (given.type) {
      case 'blank': return add(column, 'empty');
      case 'notBlank': return add(column, 'filled');
      case 'contains': return add(column, 'has', from);
      case 'equals': return add(column, 'is', from);
      case 'greaterThanOrEqual': case 'greaterThan': return add(column, 'from', from);
      case 'lessThanOrEqual': case 'lessThan': return add(column, 'to', from);
      case 'inRange': add(column, 'from', from); return add(column, 'to', to);
    }
  };
  for (const [column, given] of Object.entries(model || {})) {
    (given.conditions || [given]).forEach((each) => one(column, each));
  }
  return said;
}

/** Rows of a grid as they are scrolled to: order and filters are the API's. */
function linghangRows(address, language, query, order) {
  return {getRows: async (p) => {
    const by = p.sortModel[0];
    const asked = new URLSearchParams({...query, offset: p.startRow, limit: p.endRow - p.startRow,
      order: by ? (by.sort === 'desc' ? '-' : '') + by.colId : order});
    linghangWhere(p.filterModel).forEach((one) => asked.append('where', one));
    try {
      const answer = await fetch(address + '?' + asked, {headers: {'Accept-Language': language}});
      if (!answer.ok) return p.failCallback();
      const found = await answer.json();
      p.successCallback(found.items, found.total);
    } catch { p.failCallback(); }
  }};
}

function linghangGo(grid, where) {
  const found = window.getElement(grid)?.api;
  if (!found) return;
  const last = found.getDisplayedRowCount() - 1;
  const row = where === 'last' ? last : where === 'middle' ? Math.floor(last / 2) : where === 'first' ? 0 : Number(where) - 1;
  if (!Number.isFinite(row) || last < 0) return;
  found.ensureIndexVisible(Math.max(0, Math.min(row, last)), 'middle');
}
