// SPDX-License-Identifier: Apache-2.0
/// \file  Curves as an SVG picture, drawn by gnuplot.
#include "output/picture.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "file.hpp"
#include "input_error.hpp"

extern char** environ;

namespace idem::inline IDEM_TARGET {
namespace {

/// More points than pixels would only make the file large.
constexpr std::size_t kMostPoints = 2000;

/// A file without a name. As gnuplot's standard input it cannot make us wait or break like a pipe.
File scratch_file(std::string_view text) {
  File file(std::tmpfile());
  if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0) {
    throw std::runtime_error("the temporary directory cannot be written; a picture needs it");
  }
  rewind(file.get());
  return file;
}

std::string text_of(const File& file) {
  rewind(file.get());
  std::string text;
  char some[4096];
  for (std::size_t count; (count = std::fread(some, 1, sizeof some, file.get())) > 0;)
    text.append(some, count);
  return text;
}

/// Runs gnuplot, found along PATH, without the user's start-up files; true if it was satisfied.
bool run_gnuplot(int in, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  char name[] = "gnuplot", defaults[] = "-d", standard_input[] = "-";
  char* const arguments[] = {name, defaults, standard_input, nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, name, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return false;
  int status = 0;
  while (waitpid(child, &status, 0) == -1 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Between single quotes gnuplot reads everything as it stands; a quote is doubled.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

/// gnuplot rounds the ends of an axis outwards: they must stay numbers, above 0 if logarithmic.
bool shown(const Panel& panel, double y) {
  return std::abs(y) < 1e300 && (!panel.log_y || y > 1e-300);
}

/// The data of one curve as a named block; returns how many of its points will be seen.
std::size_t add_points(const Panel& panel, const Curve& curve, std::size_t block, std::string& script) {
  std::size_t seen = 0;
  fmt::format_to(std::back_inserter(script), "$curve{} << END\n", block);
  const std::size_t count = curve.x.size();
  const std::size_t stride = std::max<std::size_t>(1, (count + kMostPoints - 1) / kMostPoints);
  for (std::size_t i = 0; i < count; i += stride) {
    if (i + stride >= count) i = count - 1;  // the last point is what the run came to
    if (shown(panel, curve.y[i])) {
      fmt::format_to(std::back_inserter(script), "{} {}\n", curve.x[i], curve.y[i]);
      ++seen;
    } else {
      fmt::format_to(std::back_inserter(script), "{} NaN\n", curve.x[i]);
    }
  }
  script += "END\n";
  return seen;
}

/// 1, 2 or 5 times a power of ten: at most five to the panel. gnuplot's own choice is ten, and the
/// numbers of a long run overlap.
double tic_distance(const Panel& panel) {
  double low = 0, high = 0;
  for (const Curve& curve : panel.curves) {
    for (const double x : curve.x) {
      low = std::min(low, x);
      high = std::max(high, x);
    }
  }
  const double least = (high - low) / 5;
  if (!(least > 0)) return 1;
  const double ten = std::pow(10, std::floor(std::log10(least)));
  return ten * (least <= ten ? 1 : least <= 2 * ten ? 2 : least <= 5 * ten ? 5 : 10);
}

std::string script_for(const std::string& title, const std::vector<Panel>& panels) {
  constexpr int kPanelWidth = 480, kPanelHeight = 400;
  std::string script = fmt::format(
      "set terminal svg noenhanced background 'white' size {},{} font 'sans-serif,13'\n"
      "set multiplot layout 1,{} title {} noenhanced\n"
      "set colorsequence podo\nset grid\n",
      kPanelWidth * static_cast<int>(panels.size()), kPanelHeight, panels.size(), quoted(title));
  std::size_t block = 0;
  for (const Panel& panel : panels) {
    std::string plot;
    std::size_t seen = 0;
    for (const Curve& curve : panel.curves) {
      seen += add_points(panel, curve, ++block, script);
      fmt::format_to(std::back_inserter(plot), "{} $curve{} using 1:2 with {} linewidth 2 title {}",
                     plot.empty() ? "plot" : ",", block, curve.points ? "points pointtype 7" : "lines",
                     quoted(curve.name));
    }
    script += panel.log_x ? "set logscale x\n" : "unset logscale x\n";
    fmt::format_to(std::back_inserter(script), "set xtics {}\nset xlabel {}\nset ylabel {}\nset key {}\n",
                   panel.log_x ? "autofreq" : fmt::format("{}", tic_distance(panel)), quoted(panel.x_label),
                   quoted(panel.y_label), panel.curves.size() > 1 ? "on" : "off");
    script += panel.log_y ? "set logscale y\nset format y '%.0e'\n" : "unset logscale y\nset format y '%g'\n";
    if (seen == 0) {
      script +=
          "unset logscale x\nunset logscale y\nset label 1 'nothing to show' at graph 0.5,0.5 center\n"
          "plot [0:1][0:1] -1 notitle\nunset label 1\n";
    } else {
      script += plot + "\n";
    }
  }
  return script + "unset multiplot\n";
}

}  // namespace

void require_gnuplot() {
  const File in = scratch_file("");
  const File out = scratch_file("");
  if (!run_gnuplot(fileno(in.get()), fileno(out.get()), fileno(out.get()))) {
    refuse("a picture needs gnuplot, which is not installed: apt-get install gnuplot-nox");
  }
}

void draw(const std::string& title, const std::vector<Panel>& panels, OutputFile& file) {
  const File in = scratch_file(script_for(title, panels));
  const File out = scratch_file(""), err = scratch_file("");
  if (run_gnuplot(fileno(in.get()), fileno(out.get()), fileno(err.get()))) {
    // gnuplot does not notice a full disk.
    const std::string picture = text_of(out);
    if (picture.find("</svg>") == std::string::npos) {
      throw std::runtime_error("the temporary directory is full; a picture needs it");
    }
    file.write(picture);
    return;
  }
  std::string complaint = text_of(err);
  complaint.erase(0, complaint.find_first_not_of('\n'));
  complaint.resize(std::min(complaint.find('\n'), complaint.size()));
  throw std::runtime_error(fmt::format("gnuplot: {}", complaint));
}

}  // namespace idem::inline IDEM_TARGET
