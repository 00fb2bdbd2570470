"""Reading somebody's draft of an application: its paragraphs with their places, and the claims that it makes."""

from linghang.report.claims.finding import claims_of
from linghang.report.claims.model import Claim, Draft, Paragraph, Period
from linghang.report.claims.reading import draft_of, read_draft

__all__ = ["Claim", "Draft", "Paragraph", "Period", "claims_of", "draft_of", "read_draft"]
