"""Consent, how long data is kept, taking it out, erasing it. What of it is for which article: `docs/privacy.md`."""
