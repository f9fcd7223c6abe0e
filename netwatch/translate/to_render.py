"""How a receiver reads: language, local times, links; the view with which `alerts.render` puts a message into words."""

from collections.abc import Callable
from datetime import tzinfo

from alerts.contract import Part
from alerts.render import RenderView
from netwatch.incidents.links import Signer, link
from netwatch.language import duration, moment, translator
from netwatch.queries.incident_words import clock_time


def render_view(
    language: str, zone: tzinfo, *, outside: bool, sample: bool, link_of: Callable[[Part], str]
) -> RenderView:
    """The view of a receiver who reads this language."""
    return RenderView(
        translate=translator(language),
        language=language,
        moment=lambda at: moment(at, zone, language),
        clock=lambda at: clock_time(at, zone),
        duration=lambda length: duration(length, language),
        link=link_of,
        outside=outside,
        sample=sample,
    )


def linking(receiver: str, signer: Signer, public_url: str) -> Callable[[Part], str]:
    """Makes the link by which a receiver acknowledges; '' where there is no address, key or code."""

    def link_of(part: Part) -> str:
        if not (part.code and public_url and signer.key):
            return ""
        return link(public_url, signer.token(part.story.incident, receiver, part.opened))

    return link_of
