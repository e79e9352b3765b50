// SPDX-License-Identifier: Apache-2.0
/// \file  A file read front to back, decompressed on the way if it is gzipped.
///
/// zlib's own gzread is not used: it drops bytes behind the compressed data without a word.
#include "readers/input_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "input_error.hpp"

namespace idem::inline IDEM_TARGET {

InputFile::InputFile(std::string path) : path_(std::move(path)) {
  std::error_code unknown;
  const auto status = std::filesystem::status(path_, unknown);
  if (status.type() == std::filesystem::file_type::not_found) refuse("{}: no such file", path_);
  if (std::filesystem::is_directory(status)) {
    refuse("{}: a directory; the name of a file is needed", path_);
  }
  file_.reset(std::fopen(path_.c_str(), "rb"));
  if (!file_) refuse("{}: cannot be read: {}", path_, std::strerror(errno));
  refill();
  if (zip_.avail_in == 0) refuse("{}: empty", path_);
  gzipped_ = zip_.avail_in >= 2 && raw_[0] == 0x1f && raw_[1] == 0x8b;
  // 15: the largest window; 16: a gzip header and its checksum.
  if (gzipped_ && inflateInit2(&zip_, 15 + 16) != Z_OK) throw std::bad_alloc();
}

InputFile::~InputFile() {
  if (gzipped_) inflateEnd(&zip_);
}

std::vector<unsigned char> InputFile::take(std::uint64_t count) {
  std::vector<unsigned char> bytes;
  while (bytes.size() < count) {
    const std::size_t had = bytes.size();
    const std::size_t step = static_cast<std::size_t>(
        std::min<std::uint64_t>(count - had, std::max<std::size_t>(had, raw_.size())));
    bytes.resize(had + step);
    const std::size_t got = fill(bytes.data() + had, step);
    bytes.resize(had + got);
    if (got < step) break;
  }
  offset_ += bytes.size();
  return bytes;
}

void InputFile::expect_end(const char* what) {
  unsigned char byte = 0;
  if (fill(&byte, 1) != 0) {
    refuse("{}: goes on after byte {}, where its {} should end it", path_, offset_, what);
  }
}

std::size_t InputFile::fill(unsigned char* to, std::size_t count) {
  std::size_t done = 0;
  while (done < count && !ended_) {
    if (gzipped_) {
      done += inflate_some(to + done, count - done);
    } else if (zip_.avail_in == 0) {
      refill();
      ended_ = zip_.avail_in == 0;
    } else {
      const std::size_t part = std::min<std::size_t>(count - done, zip_.avail_in);
      std::memcpy(to + done, zip_.next_in, part);
      zip_.next_in += part;
      zip_.avail_in -= static_cast<uInt>(part);
      done += part;
    }
  }
  return done;
}

std::size_t InputFile::inflate_some(unsigned char* to, std::size_t count) {
  const uInt room = static_cast<uInt>(std::min<std::size_t>(count, 1u << 30));
  zip_.next_out = to;
  zip_.avail_out = room;
  while (zip_.avail_out > 0 && !ended_) {
    if (zip_.avail_in == 0) refill();
    if (zip_.avail_in == 0) {
      refuse("{}: truncated: the gzip data stop at byte {} before their end", path_, raw_offset_);
    }
    const int result = inflate(&zip_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      if (zip_.avail_in == 0) refill();
      ended_ = zip_.avail_in == 0;
      if (!ended_) inflateReset(&zip_);  // a further member follows, or what is no gzip at all
    } else if (result != Z_OK) {
      refuse("{}: corrupt gzip data before byte {}: {}", path_, raw_offset_ - zip_.avail_in,
             zip_.msg != nullptr ? zip_.msg : "not a stream that can be decompressed");
    }
  }
  return room - zip_.avail_out;
}

void InputFile::refill() {
  const std::size_t got = std::fread(raw_.data(), 1, raw_.size(), file_.get());
  if (got == 0 && std::ferror(file_.get()) != 0) {
    refuse("{}: cannot be read beyond byte {}: {}", path_, raw_offset_, std::strerror(errno));
  }
  raw_offset_ += got;
  zip_.next_in = raw_.data();
  zip_.avail_in = static_cast<uInt>(got);
}

}  // namespace idem::inline IDEM_TARGET
