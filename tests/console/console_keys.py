"""What of a page the keyboard does not reach, or reaches without anybody seeing it."""

from typing import Any

from console_browsing import let_settle

MARK = """() => {
  const seen = one => one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length
    && !one.closest('[inert], [aria-hidden=true]');
  const takes = 'a[href], button, input, select, textarea, summary, iframe, [tabindex]';
  const open = [...document.querySelectorAll(takes)].filter(one =>
    seen(one) && !one.disabled && one.tabIndex >= 0 && one.type !== 'hidden');
  open.forEach((one, number) => { one.dataset.step = number; });
  window.steps = open;
  // Of radio buttons one is stepped on; of a grid's cells too, the arrows do the rest.
  const alone = open.filter(one => !(one.type === 'radio') && !one.closest('.ag-root-wrapper'));
  const pointed = [...document.querySelectorAll('body *')].filter(one => seen(one)
    && getComputedStyle(one).cursor === 'pointer' && getComputedStyle(one.parentElement).cursor !== 'pointer'
    && !one.closest(takes + ', label, .ag-root-wrapper, canvas') && !one.querySelector(takes));
  return [alone.map(one => +one.dataset.step), pointed.map(one => one.outerHTML.slice(0, 160))];
}"""
WHERE = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const shown = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
    || one.closest('.ag-root-wrapper, .q-field--focused, .q-focusable, canvas') || one.tagName === 'IFRAME';
  return [one.dataset.step === undefined ? null : +one.dataset.step, Boolean(shown) || one === document.body];
}"""
NAMED = "number => (window.steps[number] ?? document.activeElement).outerHTML.slice(0, 160)"
STEPS_MORE = 40
"""Fields of a date, a grid's own stops and the browser's are stepped on beside what was counted."""


def unreached(page: Any) -> list[str]:
    """Return what is wrong for who walks the page by the Tab key alone."""
    let_settle(page)
    wanted, pointed = page.evaluate(MARK)
    wrong = [f"only a pointer works on {one}" for one in pointed]
    missing = set(wanted)
    for _step in range(2 * len(wanted) + STEPS_MORE):  # the walk may begin in the middle, where a page sets the focus
        if not missing:
            break
        page.keyboard.press("Tab")
        number, shown = page.evaluate(WHERE)
        if not shown:
            wrong.append(f"nobody sees the focus on {page.evaluate(NAMED, number)}")
        missing.discard(number)
    return wrong + [f"the keyboard does not reach {page.evaluate(NAMED, one)}" for one in sorted(missing)[:5]]
