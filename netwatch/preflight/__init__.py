"""Whether a conference can be held: what is measured before it, and what that means.

`emodel.py` estimates voice quality, `judging.py` turns what was measured into go, caution or no-go, `rounds.py`
measures, `evidence.py` keeps what was found.
"""
