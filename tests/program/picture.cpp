// SPDX-License-Identifier: Apache-2.0
#include "output/picture.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>

#include "files.hpp"

using idem::Panel;

namespace {

bool has_gnuplot() {
  try {
    idem::require_gnuplot();
    return true;
  } catch (const idem::InputError&) {
    return false;
  }
}

std::string drawn(const std::vector<Panel>& panels) {
  const Folder folder;
  const std::string path = folder.path / "a.svg";
  idem::OutputFile file(path);
  idem::draw("a 'title' with_$%\\ \"signs\"", panels, file);
  file.commit();
  return bytes_of(path);
}

bool is_whole_svg(const std::string& text) {
  return text.find("<svg") != std::string::npos && text.find("</svg>") != std::string::npos;
}

}  // namespace

TEST_CASE("a missing gnuplot is said before the work") {
  const Folder folder;
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder.path.c_str(), 1);
  const std::string said = complaint(folder, [] { idem::require_gnuplot(); });
  setenv("PATH", path.c_str(), 1);
  CHECK(said == "a picture needs gnuplot, which is not installed: apt-get install gnuplot-nox");
}

TEST_CASE("curves of every kind become a whole picture") {
  if (!has_gnuplot()) {
    MESSAGE("gnuplot is not installed: pictures are not tested");
    return;
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  const Panel falling{"step", "loss", {{"a_b 'c'", {0, 1, 2, 3}, {10, 1, 0.1, 0.001}}}};
  CHECK(is_whole_svg(drawn({falling, falling})));
  CHECK(drawn({falling}).find("a 'title' with_$%\\ \"signs\"") != std::string::npos);
  CHECK(is_whole_svg(drawn({{"step", "one point", {{"a", {5}, {2}}}}})));
  CHECK(is_whole_svg(drawn({{"step", "constant", {{"a", {1, 2}, {3, 3}}}}})));
  CHECK(is_whole_svg(drawn({{"step", "zeros", {{"a", {1, 2}, {0, 0}}}}})));
  CHECK(is_whole_svg(drawn({{"step", "linear zeros", {{"a", {1, 2}, {0, 0}}}, false}})));
  CHECK(is_whole_svg(drawn({{"step", "no points", {{"a", {}, {}}}}})));
  CHECK(is_whole_svg(drawn({{"step", "gaps", {{"a", {1, 2, 3, 4}, {1, nan, inf, 2}}}}})));
  CHECK(is_whole_svg(drawn({{"step", "one of two", {{"a", {1, 2}, {0, 0}}, {"b", {1}, {1}}}}})));
  CHECK(is_whole_svg(drawn({{"step", "extremes", {{"a", {1, 2}, {5e-324, 1e300}}}}})));
  CHECK(is_whole_svg(
      drawn({{"size", "both logarithmic", {{"a", {1, 100}, {1, 1e4}, true}}, true, true}, falling})));
  CHECK(is_whole_svg(drawn({{"size", "no points", {{"a", {}, {}}}, true, true}, falling})));
}

TEST_CASE("a long curve does not make a long file, and keeps its end") {
  if (!has_gnuplot()) return;
  Panel panel{"step", "loss", {{"a", {}, {}}}};
  for (int i = 0; i < 100000; ++i) {
    panel.curves[0].x.push_back(i);
    panel.curves[0].y.push_back(i == 99999 ? 1e-9 : 1.0);
  }
  const std::string text = drawn({panel});
  CHECK(text.size() < 100000);
  CHECK(text.find("1e-09") != std::string::npos);
}
