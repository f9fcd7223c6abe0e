"""The monitoring host itself is cut off from everything but its modem."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network, Watch

pytestmark = pytest.mark.lab


def test_blindness_is_one_message_by_the_fallback(network: "Network", watch: "Watch") -> None:
    """Everything is unknown, nothing down; one message by the modem says that we are cut off; one end by mail."""
    watch.start_well()
    network.cut("uplink")
    watch.until_told(1, box="modem")
    kinds = {told for subject, told in watch.standing().items()}
    assert {told.split()[0] for told in kinds} == {"unknown"}
    assert watch.mails() == []
    assert watch.subjects("modem") == ["NGHIÊM TRỌNG: netwatch không quan sát được mạng"]
    what, next_ = (
        "trạng thái các đối tượng theo dõi là chưa rõ, không phải hỏng",
        "kiểm tra chính máy netwatch",
    )
    assert watch.lacks(watch.mails("modem")[0].text, what, "Từ khi nào: Từ ", next_) == []
    assert "10.0." not in watch.mails("modem")[0].text
    network.mend("uplink")
    watch.until("closed", lambda: all(one["closed"] for one in watch.incidents()))
    watch.until_told(1)
    assert watch.subjects() == ["ĐÃ HẾT: netwatch không quan sát được mạng"]
    (incident,) = (one for one in watch.incidents() if one["announced"])
    assert (incident["nature"], incident["scope"]) == ("blindness", "vantage:local")
    failed = (
        "SELECT subject FROM verdict_interval WHERE kind IN ('down', 'unreachable') AND superseded_by IS NULL"
    )
    assert watch.ask(failed) == []
    watch.done()
    assert len(watch.mails("modem")) == 1
