"""What devices of the synthetic province answer by UDP beside SNMP: SIP OPTIONS and names. Pure.

Forms: RFC 3261 section 8.2.6 (SIP), RFC 1035 (DNS).
"""

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

_KEPT = (b"via", b"from", b"to", b"call-id", b"cseq")
_MOST_LINES = 60
_TTL = 300


def sip(asked: bytes, software: str) -> bytes | None:
    """200 to an OPTIONS; None to whatever else."""
    lines = asked.partition(b"\r\n\r\n")[0].split(b"\r\n")[:_MOST_LINES]
    if not lines[0].startswith(b"OPTIONS ") or not lines[0].endswith(b" SIP/2.0"):
        return None
    kept = [_tagged(line) for line in lines[1:] if line.partition(b":")[0].strip().lower() in _KEPT]
    said = [b"SIP/2.0 200 OK", *kept, b"Allow: INVITE, ACK, CANCEL, BYE, OPTIONS"]
    said += [b"User-Agent: " + software.encode("ascii", "replace"), b"Content-Length: 0", b"", b""]
    return b"\r\n".join(said)


def _tagged(line: bytes) -> bytes:
    to = line.lower().startswith(b"to:") and b";tag=" not in line
    return line + b";tag=mau" if to else line


def names(asked: bytes, zone: dict[str, str]) -> bytes | None:
    """The address of a name of the zone, NXDOMAIN for others; None to what is no question."""
    try:
        question = dns.message.from_wire(asked)
        if question.flags & dns.flags.QR or len(question.question) != 1:
            return None
        answer = dns.message.make_response(question)
        wanted = question.question[0]
        address = zone.get(wanted.name.to_text(omit_final_dot=True).lower())
        if address is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif wanted.rdtype == dns.rdatatype.A and wanted.rdclass == dns.rdataclass.IN:
            answer.answer.append(dns.rrset.from_text(wanted.name, _TTL, "IN", "A", address))
        return answer.to_wire()
    except (dns.exception.DNSException, ValueError):
        return None
