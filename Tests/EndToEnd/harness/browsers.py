"""The browsers in which the pages of the documentation are tried: one with HLS of its own, one without."""

from . import chromium, firefox

BROWSERS = {"chromium": chromium.Page, "firefox": firefox.Page}
