"""What is written as YAML is read back as it was, by another's reader."""

from collections.abc import Mapping

import yaml  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.rules.scrape import ScrapeJob, Target, scrape_config
from exporters.rules.yaml import Value, yaml_text

# No lone surrogates: they are no text that a file could hold.
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
# Names are the words of Prometheus, which stand without quotes.
NAMES = st.sampled_from(["alert", "expr", "for", "labels", "__scheme__"])
PLAIN = (
    WORDS
    | st.integers()
    | st.booleans()
    | st.sampled_from(["no", "1e3", "~", "{{ $labels.a }}", 'it\'s "so"'])
)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4))
@settings(max_examples=50)
def test_whatever_is_written_is_read_the_same(value: Mapping[str, Value]) -> None:
    """Texts stay texts, also those that look like numbers, and lists in lists keep their shape."""
    assert yaml.safe_load(yaml_text(value, ("a remark",))) == value


def test_a_job_names_files_and_no_secret() -> None:
    """TLS by the paths of files, for the scrape and for the question where we are."""
    job = ScrapeJob("n", 15, (Target("a:1", tls=True),), "/t", "/ca", found="http", rules=("/r",))
    read = yaml.safe_load(scrape_config(job))
    access = {"authorization": {"credentials_file": "/t"}, "tls_config": {"ca_file": "/ca"}}
    assert read == {
        "rule_files": ["/r"],
        "scrape_configs": [
            {
                "job_name": "n",
                "scrape_interval": "15s",
                "scrape_timeout": "10s",
                "honor_labels": False,
                "scheme": "https",
                **access,
                "http_sd_configs": [{"url": "https://a:1/sd", "refresh_interval": "60s", **access}],
            }
        ],
    }
