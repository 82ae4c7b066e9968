"""Pictures and films in and out: read, written with their settings, laid out on sheets, plotted."""
