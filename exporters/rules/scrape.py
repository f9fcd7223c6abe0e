"""How a Prometheus finds and reads us: the scrape job, and our addresses for its file and HTTP discovery.

Formats: https://prometheus.io/docs/prometheus/latest/configuration/configuration/ (scrape_config, file_sd_config) and
http_sd.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporters.rules.yaml import Value, yaml_text

METRICS_PATH, DISCOVERY_PATH = "/metrics", "/sd"
# A Prometheus asks this seldom: addresses hardly change, and a new one is read soon enough.
REFRESH = "60s"
LONGEST_TIMEOUT = 10


@dataclass(frozen=True, slots=True)
class Target:
    """One instance: its address (host:port), whether by TLS, and what it does."""

    address: str
    tls: bool = False
    role: str = "daemon"


@dataclass(frozen=True, slots=True)
class ScrapeJob:
    """The job: seconds between scrapes; paths of the files, on Prometheus's machine, that hold our token, the authority
    of our certificate, its own certificate and key, '' where there is none.

    `found` is how targets are found: `static`, `http` (asked of the first target), else the name of a file.
    """

    name: str
    interval: int
    targets: Sequence[Target]
    token_file: str = ""
    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    found: str = "static"
    rules: Sequence[str] = ()


def timeout(interval: int) -> int:
    """Seconds a scrape may take."""
    return min(LONGEST_TIMEOUT, interval)


def target_groups(targets: Sequence[Target]) -> list[Mapping[str, Value]]:
    """The targets as file_sd and HTTP discovery have them; what begins with __ is gone once a target is scraped."""
    return [
        {
            "targets": [one.address],
            "labels": {
                "__scheme__": "https" if one.tls else "http",
                "__metrics_path__": METRICS_PATH,
                "__meta_netwatch_role": one.role,
            },
        }
        for one in targets
    ]


def targets_json(targets: Sequence[Target]) -> str:
    """The same as a file."""
    return json.dumps(target_groups(targets), ensure_ascii=False, indent=2) + "\n"


def scrape_config(job: ScrapeJob, remarks: Sequence[str] = ()) -> str:
    """The scrape job as a configuration of its own, which may also be put into one that is there."""
    tls = any(one.tls for one in job.targets)
    access = _access(job, tls)
    told: dict[str, Value] = {
        "job_name": job.name,
        "scrape_interval": f"{job.interval}s",
        "scrape_timeout": f"{timeout(job.interval)}s",
        # No series of ours has a label `job` or `instance`.
        "honor_labels": False,
        "scheme": "https" if tls else "http",
        **access,
        **_found(job, access, tls),
    }
    rules: Mapping[str, Value] = {"rule_files": list(job.rules)} if job.rules else {}
    return yaml_text({**rules, "scrape_configs": [told]}, remarks)


def _access(job: ScrapeJob, tls: bool) -> Mapping[str, Value]:
    """What is shown to get in, only ever as paths of files."""
    token = {"authorization": {"credentials_file": job.token_file}} if job.token_file else {}
    files = {"ca_file": job.ca_file, "cert_file": job.certificate_file, "key_file": job.key_file}
    given = {name: path for name, path in files.items() if path}
    return {**token, **({"tls_config": given} if given and tls else {})}


def _found(job: ScrapeJob, access: Mapping[str, Value], tls: bool) -> Mapping[str, Value]:
    if job.found == "static":
        return {"static_configs": [{"targets": [one.address for one in job.targets]}]}
    if job.found == "http":
        url = f"{'https' if tls else 'http'}://{job.targets[0].address}{DISCOVERY_PATH}"
        return {"http_sd_configs": [{"url": url, "refresh_interval": REFRESH, **access}]}
    return {"file_sd_configs": [{"files": [job.found], "refresh_interval": REFRESH}]}
