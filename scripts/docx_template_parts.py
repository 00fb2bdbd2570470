"""The parts that the DOCX templates of reports are made of, as pages and tables with tags."""

from docx_template_page import Page

CENTRE, LEFT, RIGHT = "center", "left", "right"


def cover(page: Page, *, applying: bool) -> None:
    """Title, level, and who hands it in, with places for the seals."""
    rows = [("unit_applying", "{{ cover.unit }}"), ("factory_name", "{{ factory_name }}")]
    if applying:
        rows += [("level_applied", "{{ level }}"), ("recommender", "{{ cover.recommender }}")]
    else:
        rows += [("level_looked_at", "{{ level }}"), ("conditions", "{{ pack.title }}")]
    page.cover(rows)


def letter(page: Page) -> None:
    """The letter of truth on a page of its own, then what the recommender says on another."""
    page.centred_heading("letter")
    page.loop("one in letter", lambda: page.text("{{ one }}", "Letter"))
    page.signing("signatures_own")
    page.condition("signatures_recommender", lambda: _opinion(page))


def _opinion(page: Page) -> None:
    page.centred_heading("opinion")
    page.signing("signatures_recommender")


def factory(page: Page, *, headed: bool = True) -> None:
    """The form of the factory, its summary and products."""
    if headed:
        page.heading(1, "h_factory")
    page.form("factory_rows")
    page.heading(2, "h_summary")
    page.text("{{ factory_summary }}")
    page.heading(2, "h_products")
    page.text("{{ products }}")


def coverage(page: Page) -> None:
    """Links with their scenes, the matrix, and the charts."""
    page.heading(2, "h_coverage")
    page.table(
        "coverage",
        (
            ("c_link", "link", 3, LEFT),
            ("c_count", "count", 1.5, CENTRE),
            ("c_found", "found", 1.8, CENTRE),
            ("c_scenes", "names", 9.3, LEFT),
        ),
        caption="t_coverage",
    )
    page.matrix()
    page.note("n_scene_marks")
    page.figure("coverage")
    page.figure("scenes")


def scenes(page: Page) -> None:
    """Each scene as link — scene — instance with its form."""
    page.loop("scene in scenes", lambda: _scene(page))


def _scene(page: Page) -> None:
    page.raw_heading(3, "{{ scene.heading }}")
    page.form(
        "scene.rows",
        keep=True,
        more=(("c_finding", "{{ scene.finding }} / {{ scene.proof }}"), ("c_evidence", "{{ scene.evidence }}")),
    )


def interfaces(page: Page) -> None:
    """The table of interfaces."""
    page.table(
        "system_links",
        (
            ("c_number", "number", 1.2, CENTRE),
            ("c_from", "source", 3.5, LEFT),
            ("c_to", "target", 3.5, LEFT),
            ("c_way", "kind", 2, LEFT),
            ("c_carried", "content", 3, LEFT),
            ("c_live_since", "live_since", 2.4, CENTRE),
        ),
        caption="t_links",
    )


def systems(page: Page, letter_: str) -> None:
    """The annex of systems and interfaces."""
    page.annex(letter_, "a_systems", new_page=False)
    page.table(
        "systems",
        (
            ("c_number", "id", 2.1, LEFT),
            ("c_system", "name", 3.8, LEFT),
            ("c_kind", "kind", 1.8, LEFT),
            ("c_layer", "layer_title", 2.4, LEFT),
            ("c_functions", "functions", 3.2, LEFT),
            ("c_live_since", "live_since", 2.3, CENTRE),
        ),
        caption="t_systems",
    )
    interfaces(page)


def effects(page: Page) -> None:
    """Before and after, and the charts of indicators."""
    page.table(
        "effects",
        (
            ("c_indicator", "title_and_periods", 5.4, LEFT),
            ("c_before", "before", 3.5, RIGHT),
            ("c_after", "after", 3.5, RIGHT),
            ("c_change", "change", 3.2, RIGHT),
        ),
        caption="t_effects",
    )
    page.condition("effects_periods", lambda: page.text("{{ effects_periods }}", "Note"))
    page.loop("figure in figures_more", lambda: page.figure_of("figure"))


def plan(page: Page) -> None:
    """The goal, the steps, and when they are."""
    page.text("{{ plan_goal }}")
    page.condition("plan", lambda: steps(page, "plan"))
    page.figure("plan")
    page.figure("plan_cost")


def steps(page: Page, rows: str) -> None:
    """The steps of a plan."""
    page.table(
        rows,
        (
            ("c_number", "number", 1.2, CENTRE),
            ("c_step", "title", 4.2, LEFT),
            ("c_start", "start", 2.3, CENTRE),
            ("c_end", "end", 2.3, CENTRE),
            ("c_cost", "cost", 2.4, RIGHT),
            ("c_brings", "brings", 3.2, LEFT),
        ),
        caption="t_plan",
    )


def way(page: Page) -> None:
    """The cheapest way that was found; without one, the plant's own plan."""
    page.condition("gap.there", lambda: _way(page))
    page.condition("not gap.there", lambda: _own_plan(page))
    page.figure("plan")
    page.figure("plan_cost")
    page.loop("one in gap.way_notes", lambda: page.text("{{ one }}", "Note"))


def _way(page: Page) -> None:
    page.fixed_form(
        (
            ("c_floor", "{{ gap.floor }}"),
            ("n_way_cost", "{{ gap.way_cost }}"),
            ("n_way_finished", "{{ gap.way_finished }}"),
        )
    )
    page.condition("gap.way", lambda: steps(page, "gap.way"))


def _own_plan(page: Page) -> None:
    page.text("{{ plan_goal }}")
    page.condition("plan", lambda: steps(page, "plan"))


def verdict(page: Page) -> None:
    """What the judgement says: sentences, levels at the floors of proof, parts."""
    page.loop("one in sentences", lambda: page.text("{{ one }}"))
    page.heading(2, "h_floors")
    page.table(
        "ladder",
        (
            ("c_floor", "floor", 6.0, LEFT),
            ("c_confirmed", "confirmed", 4.8, CENTRE),
            ("c_possible", "possible", 4.8, CENTRE),
        ),
    )
    page.heading(2, "h_parts")
    page.parts()


def maturity(page: Page) -> None:
    """Level and scores of maturity."""
    page.condition("maturity.there", lambda: _maturity(page))


def _maturity(page: Page) -> None:
    page.heading(2, "h_maturity")
    page.fixed_form((("n_level", "{{ maturity.level }}"), ("n_score", "{{ maturity.score }}")))
    page.gap()
    columns = (("c_number", "code", 3, CENTRE), ("c_sub_domain", "title", 9, LEFT), ("c_score", "score", 3.6, CENTRE))
    page.condition("maturity.sub_domains", lambda: page.table("maturity.sub_domains", columns))
    page.figure("maturity")


def kept(page: Page) -> None:
    """What changed since the last judgement."""
    page.condition("review.there", lambda: _kept(page))


def _kept(page: Page) -> None:
    page.heading(2, "h_since")
    page.fixed_form((("n_since", "{{ review.since }}"),))
    page.gap()
    page.table(
        "review.levels",
        (
            ("c_floor", "floor", 6.4, LEFT),
            ("c_level_before", "before", 4.6, CENTRE),
            ("c_level_now", "after", 4.6, CENTRE),
        ),
    )
    changes = (
        ("c_changed", "which", 2.2, CENTRE),
        ("c_clause", "clause", 2.6, LEFT),
        ("c_condition", "text", 5.8, LEFT),
        ("c_was", "before", 2.5, CENTRE),
        ("c_is", "after", 2.5, CENTRE),
    )
    page.condition("review.changes", lambda: page.table("review.changes", changes))
    page.heading(2, "h_expired")
    page.or_none("review.expired", lambda: page.loop("one in review.expired", lambda: page.text("{{ one }}")))


def clauses(page: Page, letter_: str, rows: str) -> None:
    """The annex clause by clause."""
    page.annex(letter_, "a_clauses", new_page=False)
    page.loop("one in interpretations", lambda: page.text("{{ one }}", "Note"))
    clause_table(page, rows)
    page.note("n_marks")
    page.note("n_needed")


def clause_table(page: Page, rows: str) -> None:
    """Conditions with their findings at the three floors, and what proves them."""
    page.table(
        rows,
        (
            ("c_clause", "clause_and_id", 4.0, LEFT),
            ("c_condition", "text", 6.7, LEFT),
            ("c_declared", "marks[0]", 1.3, CENTRE),
            ("c_documented", "marks[1]", 1.3, CENTRE),
            ("c_measured", "marks[2]", 1.4, CENTRE),
            ("c_proof", "proof", 2.2, CENTRE),
            ("c_proof_lines", "beside", 7.2, LEFT),
        ),
        group="group",
        small=True,
    )


def blockers(page: Page) -> None:
    """What keeps the level from being confirmed, and how to close it."""
    page.table(
        "gap.blocking",
        (
            ("c_clause", "clause_and_id", 4.2, LEFT),
            ("c_condition", "text", 5.2, LEFT),
            ("c_link", "link", 2.2, LEFT),
            ("c_finding", "finding", 1.8, CENTRE),
            ("c_proof", "proof", 2.2, CENTRE),
            ("c_reason", "reason", 3.2, LEFT),
            ("c_to_close", "to_close", 5.3, LEFT),
        ),
        small=True,
    )


def indicators(page: Page, letter_: str) -> None:
    """The annex of indicators."""
    page.annex(letter_, "a_indicators")
    page.table(
        "indicators",
        (
            ("c_number", "number", 1.0, CENTRE),
            ("c_indicator", "title_and_unit", 3.9, LEFT),
            ("c_formula", "formula", 4.8, LEFT),
            ("c_value", "value", 1.9, CENTRE),
            ("c_before", "before", 2.3, CENTRE),
            ("c_after", "after", 2.3, CENTRE),
            ("c_source_comparators", "source_and_comparators", 7.9, LEFT),
        ),
        small=True,
    )


def evidence(page: Page, letter_: str) -> None:
    """The annex of evidence."""
    page.annex(letter_, "a_evidence")
    columns = (
        ("c_number", "id", 1.5, LEFT),
        ("c_document", "title", 3.9, LEFT),
        ("c_kind", "kind", 1.9, LEFT),
        ("c_issuer", "issuer", 2.6, LEFT),
        ("c_issued", "issued_on", 2.1, CENTRE),
        ("c_supports", "supports", 2.7, LEFT),
        ("c_valid", "valid_until", 2.1, CENTRE),
        ("c_proves", "proves", 3.6, LEFT),
        ("c_state", "state", 1.5, CENTRE),
        ("c_digest", "sha256", 2.2, LEFT),
    )
    page.or_none("evidence", lambda: page.table("evidence", columns, small=True))


def remarks(page: Page, letter_: str, *, new_page: bool = True) -> None:
    """The annex of remarks and of what is to be supplied."""
    page.annex(letter_, "a_remarks", new_page=new_page and letter_ == "E")
    page.plain_heading("t_remarks")
    columns = (
        ("c_number", "number", 1.1, CENTRE),
        ("c_check", "code", 1.5, CENTRE),
        ("c_severity", "severity", 1.5, CENTRE),
        ("c_remark", "message", 4.6, LEFT),
        ("c_where", "where", 3.1, LEFT),
        ("c_mend", "mend", 3.8, LEFT),
    )
    page.or_none("remarks", lambda: page.table("remarks", columns, small=True))
    page.plain_heading("t_placeholders")
    wanted = (("c_number", "number", 1.1, CENTRE), ("c_where", "place", 5.2, LEFT), ("c_wanted", "wanted", 9.3, LEFT))
    page.or_none("placeholders", lambda: page.table("placeholders", wanted, small=True))
