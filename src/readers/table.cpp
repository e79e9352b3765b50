// SPDX-License-Identifier: Apache-2.0
/// \file  Which reader a file gets, and whether inputs and labels belong together.
#include "readers/table.hpp"

#include <string_view>
#include <utility>

#include "input_error.hpp"
#include "readers/array.hpp"
#include "readers/csv.hpp"
#include "readers/idx.hpp"
#include "readers/input_file.hpp"
#include "readers/npy.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

bool has_ending(std::string name, std::string_view ending) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return name.ends_with(ending);
}

template <Real R>
Array<R> read_array(const std::string& path, Part part) {
  if (has_ending(path, ".npy")) return read_npy<R>(path, part);
  if (has_ending(path, ".csv")) {
    refuse("{}: labels in a .csv stand beside their inputs: give that file to --data alone", path);
  }
  return read_idx<R>(path, part);
}

}  // namespace

template <Real R>
Table<R> read_table(const std::string& data, const std::string& labels) {
  if (has_ending(data, ".csv")) {
    if (!labels.empty()) {
      refuse("{}: a .csv holds its own labels, in its last column or the one named y: leave out {}", data,
             labels);
    }
    return read_csv<R>(data);
  }
  if (labels.empty()) {
    const InputFile there(data);  // a file that is missing is told first
    refuse("{}: its labels are in a file of their own: name it by --labels", there.path());
  }

  Array<R> x = read_array<R>(data, Part::inputs);
  Array<R> y = read_array<R>(labels, Part::labels);
  const Index rows = x.shape[0];
  if (rows != y.shape[0]) {
    refuse("{} holds {} samples, {} holds {} labels: there must be one label for each sample", data, rows,
           labels, y.shape[0]);
  }
  const Index cols = static_cast<Index>(x.values.size()) / rows;
  return {std::move(x.values), std::move(y.values), rows, cols};
}

template Table<float> read_table(const std::string&, const std::string&);
template Table<double> read_table(const std::string&, const std::string&);

}  // namespace idem::inline IDEM_TARGET
