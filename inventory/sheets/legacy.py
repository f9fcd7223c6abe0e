"""Texts typed with the fonts of the years before Unicode: TCVN3 (.VnTime) and VNI, told by what no other text has.

Fonts of one letter per byte show Latin-1 signs as Vietnamese letters; read as Unicode, 'Tên thiết bị' becomes
'Tªn thiÕt bÞ' (TCVN3) or 'Teân thieát bò' (VNI). Capital letters of TCVN3 stand in fonts of their own, so that a text
cannot be turned into Unicode for sure without its font: such texts are refused, with how to convert them.
Sources: TCVN 5712:1993 annex, VN3; VNI-Windows. Pure.
"""

import re
import unicodedata

TCVN3, VNI = "TCVN3 (.VnTime)", "VNI"
# Signs that TCVN3 shows as letters, between or at the end of letters, where no other text has them; µ, ®, © stand
# behind numbers and names too.
_TCVN3 = re.compile(
    "(?<=[A-Za-z])[ª«¬¨¸¶·¹»¼½¾µ](?=[A-Za-z])|(?<=[A-Za-z])[¸¶¹¾»¼½ªÞÕØ]\\b(?=\\W|$)|(?<![^\\s(,.;/-])®[a-zÊÓÞªÆÒ×]"
)
# The marks that VNI puts behind a vowel, and its đ.
_VNI = re.compile("[aeoAEO][âåäëêÂÅÄËÊ]|[aeiouyAEIOUY][ùøûïÙØÛÏ]|(?<![A-Za-z])[ñÑ][aeiouyAEIOUYö]")


# Letters that only Unicode Vietnamese has: whoever typed one did not use an old font.
_UNICODE = re.compile("[ăĂđĐĩĨũŨơƠưƯ\u1ea0-\u1ef9]")
_ENOUGH = 2


def legacy_font(text: str) -> str | None:
    """The name of the encoding that a text was typed in, when it surely is one of these; None for Unicode."""
    if text.isascii() or _UNICODE.search(text):
        return None
    if len(_TCVN3.findall(text)) >= _ENOUGH:
        return TCVN3
    return VNI if len(_VNI.findall(text)) >= _ENOUGH else None


def legacy_bytes(content: bytes) -> str | None:
    """The same of a file's bytes in an encoding of one byte a letter; None where they rather are cp1258."""
    sample = content[:_PROBED]
    text = sample.decode("latin-1")
    found = {TCVN3: len(_TCVN3.findall(text)), VNI: len(_VNI.findall(text))}
    name = max(found, key=lambda each: found[each])
    composed = unicodedata.normalize("NFC", sample.decode("cp1258", "replace"))
    sure = max(_SURE, len(_UNICODE.findall(composed)) + 1)
    return name if found[name] >= sure else None


_PROBED, _SURE = 20_000, 3
