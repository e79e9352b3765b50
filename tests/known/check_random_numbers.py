# SPDX-License-Identifier: Apache-2.0
"""Holds random_numbers.py against the known answers of section 5 of ARITHMETIC.md."""

import re

from page import section
from random_numbers import gaussian, quantile, shuffled_order, threefry
from softfloat import BINARY32


def words(text):
    return [0xFFFFFFFF] * 4 if text == "all bits 1" else [int(word, 16) for word in text.split()]


def main():
    text = section("### 5.1 ").partition("Known answers")[2]
    answers = re.findall(r"^    ([^;\n]+); ([^;\n]+); (.+)$", text, re.MULTILINE)
    assert len(answers) == 3
    for counter, key, result in answers:
        assert list(threefry(words(counter), words(key))) == words(result), (counter, key)

    row = r"^\| ([0-9a-f]{8}) \| (-?\d+) \| ([0-9a-f]{8}) \|$"
    answers = re.findall(row, section("### 5.4 "), re.MULTILINE)
    assert len(answers) == 5
    for word, z, pattern in answers:
        w = int(word, 16)
        assert quantile(w) == int(z), word
        assert BINARY32.bits(gaussian(w)) == int(pattern, 16), word

    text = section("### 5.5 ").partition("Known answers")[2]
    seed, epoch, n = map(int, re.search(r"seed (\d+), epoch (\d+), n = (\d+)", text).groups())
    order = shuffled_order(seed, epoch, n)
    assert sorted(order) == list(range(n))
    answers = re.findall(r"order\((\d+)\) = (\d+)", text)
    assert len(answers) == 3
    for position, sample in answers:
        assert order[int(position)] == int(sample), position


if __name__ == "__main__":
    main()
