"""Widgets, session, links, result cache, locale and error boundary: all that pages need to be short."""
