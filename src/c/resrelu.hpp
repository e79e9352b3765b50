// SPDX-License-Identifier: Apache-2.0
/// \file  What resrelu.cpp.in needs beyond the library: the trainer in a state of idem.h, and checked setters.
#pragma once

#include <cstdint>
#include <type_traits>

#include <idem/base/contract.hpp>
#include <idem/data/init.hpp>
#include <idem/random/gaussian.hpp>
#include <idem/train/sgd.hpp>

#include <idem/idem.h>

namespace idem::c {

static_assert(IDEM_CONTRACT == kContract, "idem.h names another version of the contract");
static_assert(IDEM_BAD_STATE == static_cast<int>(Status::bad_state) &&
                  IDEM_WRONG_SQUARE_ROOT == static_cast<int>(Status::wrong_square_root),
              "idem.h has other statuses than the library");

/// Reads a state of idem.h as the trainer that it is.
template <class State, class Trainer>
struct Access {
  static_assert(sizeof(Trainer) == sizeof(State) && alignof(Trainer) == alignof(State),
                "idem.h describes another state than the library has");
  static_assert(std::is_trivially_copyable_v<Trainer> && std::is_trivially_default_constructible_v<Trainer>,
                "a C program makes and copies states");

  IDEM_INLINE static bool is_good(const State* state) {
    const auto at = reinterpret_cast<std::uintptr_t>(state);
    return at != 0 && at % alignof(Trainer) == 0;
  }
  IDEM_INLINE static Trainer& trainer(State* state) { return *reinterpret_cast<Trainer*>(state); }
  IDEM_INLINE static const Trainer& trainer(const State* state) {
    return *reinterpret_cast<const Trainer*>(state);
  }
};

/// A step from arrays; whatever becomes of it, the batch is empty afterwards.
template <class Trainer>
Status step(Trainer& trainer, const typename Trainer::R* x, const typename Trainer::R* y, Index count,
            typename Trainer::R eta) {
  if (trainer.count() != 0) return Status::open_batch;
  Status status = trainer.feed(x, y, count);
  if (status == Status::ok) status = trainer.end_batch(eta);
  trainer.abort_batch();
  return status;
}

template <class Trainer>
Status set_weights(Trainer& trainer, const typename Trainer::R* w) {
  constexpr Index kCount = Trainer::kDim * Trainer::kDim;
  if (trainer.count() != 0) return Status::open_batch;
  if (first_not_finite(w, kCount) >= 0) return Status::not_finite;
  typename Trainer::R* to = trainer.weights().data();
  for (Index i = 0; i < kCount; ++i) to[i] = w[i];
  return Status::ok;
}

template <class Trainer>
Status set_signs(Trainer& trainer, const signed char* v) {
  if (trainer.count() != 0) return Status::open_batch;
  for (Index j = 0; j < Trainer::kDim; ++j) {
    if (v[j] != 1 && v[j] != -1) return Status::bad_argument;
  }
  for (Index j = 0; j < Trainer::kDim; ++j) trainer.model().set_negative(j, v[j] < 0);
  return Status::ok;
}

template <class Trainer>
Status init_teacher(Trainer& trainer, std::uint64_t seed, typename Trainer::R low, typename Trainer::R high) {
  if (const Status status = trainer.init(); status != Status::ok) return status;
  SpectrumScratch<typename Trainer::R, Trainer::kDim> scratch;
  return set_spectrum(Stream{seed, Purpose::teacher}, low, high, trainer.weights(), scratch);
}

}  // namespace idem::c
