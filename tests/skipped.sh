#!/bin/sh
# Stands in for a test program that this processor cannot run: 77 is Meson's "skipped".
exit 77
