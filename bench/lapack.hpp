// SPDX-License-Identifier: Apache-2.0
/// \file  The routines of LAPACK that are raced against, by their Fortran names; nothing, where OpenBLAS is not.
#pragma once

#include <unistd.h>

#include <cstdlib>

#include <idem/base/types.hpp>

namespace idem::lapack {

/// To be called first thing: OpenBLAS reads its environment when it is loaded, so that the program begins anew with it.
/// Version 0.3.21 takes some processors with AVX-512 for older ones; and whoever else brings OpenBLAS, as PyTorch does,
/// is to have one thread too.
inline void set_environment(char** argv) {
  if (std::getenv("OPENBLAS_NUM_THREADS") != nullptr) return;
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vl")) setenv("OPENBLAS_CORETYPE", "SKYLAKEX", 0);
#endif
  execv("/proc/self/exe", argv);
}

#ifdef IDEM_BENCH_OPENBLAS

inline constexpr bool kFound = true;

extern "C" {
char* openblas_get_corename(void);
void openblas_set_num_threads(int);
void spotrf_(const char*, const int*, float*, const int*, int*);
void dpotrf_(const char*, const int*, double*, const int*, int*);
void spotrs_(const char*, const int*, const int*, const float*, const int*, float*, const int*, int*);
void dpotrs_(const char*, const int*, const int*, const double*, const int*, double*, const int*, int*);
void ssyrk_(const char*, const char*, const int*, const int*, const float*, const float*, const int*,
            const float*, float*, const int*);
void dsyrk_(const char*, const char*, const int*, const int*, const double*, const double*, const int*,
            const double*, double*, const int*);
void sgemv_(const char*, const int*, const int*, const float*, const float*, const int*, const float*,
            const int*, const float*, float*, const int*);
void dgemv_(const char*, const int*, const int*, const double*, const double*, const int*, const double*,
            const int*, const double*, double*, const int*);
void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
            const int*, const float*, const int*, const float*, float*, const int*);
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*, const double*,
            const int*, const double*, const int*, const double*, double*, const int*);
void sgels_(const char*, const int*, const int*, const int*, float*, const int*, float*, const int*, float*,
            const int*, int*);
void dgels_(const char*, const int*, const int*, const int*, double*, const int*, double*, const int*,
            double*, const int*, int*);
}

inline void one_thread() {
  openblas_set_num_threads(1);
}
inline const char* name() {
  static char text[64] = "OpenBLAS for ";
  for (int i = 13, j = 0; i < 63 && openblas_get_corename()[j] != '\0'; ++i, ++j) {
    text[i] = openblas_get_corename()[j];
  }
  return text;
}

/// The better of its two triangles: 'L'.
template <Real R>
void potrf(int n, R* a) {
  int info = 0;
  if constexpr (sizeof(R) == 4) {
    spotrf_("L", &n, a, &n, &info);
  } else {
    dpotrf_("L", &n, a, &n, &info);
  }
}
template <Real R>
void potrs(int n, const R* a, R* b) {
  const int one = 1;
  int info = 0;
  if constexpr (sizeof(R) == 4) {
    spotrs_("L", &n, &one, a, &n, b, &n, &info);
  } else {
    dpotrs_("L", &n, &one, a, &n, b, &n, &info);
  }
}
/// gram = b^T b, b rows x n column-major.
template <Real R>
void syrk(int rows, int n, const R* b, R* gram) {
  const R one{1}, zero{0};
  if constexpr (sizeof(R) == 4) {
    ssyrk_("L", "T", &n, &rows, &one, b, &rows, &zero, gram, &n);
  } else {
    dsyrk_("L", "T", &n, &rows, &one, b, &rows, &zero, gram, &n);
  }
}
/// to = b^T x.
template <Real R>
void gemv(int rows, int n, const R* b, const R* x, R* to) {
  const R one{1}, zero{0};
  const int step = 1;
  if constexpr (sizeof(R) == 4) {
    sgemv_("T", &rows, &n, &one, b, &rows, x, &step, &zero, to, &step);
  } else {
    dgemv_("T", &rows, &n, &one, b, &rows, x, &step, &zero, to, &step);
  }
}
/// c = alpha a b + beta c, m x n of depth k, all column-major, a and b transposed where their letter is 'T'.
template <Real R>
void gemm(char ta, char tb, int m, int n, int k, R alpha, const R* a, int lda, const R* b, int ldb, R beta,
          R* c, int ldc) {
  if constexpr (sizeof(R) == 4) {
    sgemm_(&ta, &tb, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc);
  } else {
    dgemm_(&ta, &tb, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc);
  }
}
/// The least-squares solution goes into x.
template <Real R>
void gels(int rows, int n, R* b, R* x, R* work, int size) {
  const int one = 1;
  int info = 0;
  if constexpr (sizeof(R) == 4) {
    sgels_("N", &rows, &n, &one, b, &rows, x, &rows, work, &size, &info);
  } else {
    dgels_("N", &rows, &n, &one, b, &rows, x, &rows, work, &size, &info);
  }
}

#else

inline constexpr bool kFound = false;
inline void one_thread() {}
inline const char* name() {
  return "OpenBLAS is not installed (libopenblas-dev): its rows are left out";
}

#endif

}  // namespace idem::lapack
