// SPDX-License-Identifier: Apache-2.0
/// \file  The library for C (C99 or later): training a residual ReLU network in memory of the caller.
///
/// The archive libidem-c holds the shapes it was built for (`-Dshapes=resrelu:f32:8,...`). A program says
/// which of them it uses, and gets a type and its functions; a shape that the archive lacks does not link.
///
///     #include <idem/idem.h>
///     IDEM_RESRELU(f32, 8)                        // the type idem_f32_8, the functions idem_f32_8_...
///
///     static idem_f32_8 net;                      // all the memory there is: sizeof says how much
///
///     if (idem_f32_8_init(&net) != IDEM_OK) ...   // W = 0: the identity mapping
///     idem_f32_8_feed(&net, x, y);                // as often as the batch is long
///     if (idem_f32_8_end_batch(&net, 0.05f) != IDEM_OK) ...
///
/// The network: f(x) = sum over j of v_j ReLU(x_j + sum over k of x_k W[k][j]), d inputs, d neurons. Training:
/// W <- W - eta grad L, L = (1/n) sum of (f(x) - y)^2 over the batch.
///
/// Bits        those of the C++ library, which ARITHMETIC.md writes down: the same on every processor.
/// Memory      no heap, and nothing but the caller's object. An object may be copied by assignment.
/// Interrupts  every function may be called from an interrupt whose handler keeps the floating-point
///             registers, as long as no other call on the same object is under way. A reading function
///             (its state is const) may run while other reading functions do. A sample for a network that
///             the main loop trains goes through a queue of the program's own.
/// Threads     nothing is shared between objects: calls on different objects may run at once.
/// Modes       rounding to nearest and no flush-to-zero, on every thread and in every interrupt. Cortex-M:
///             FPSCR, and FPDSCR for interrupts, as they are at reset.
#ifndef IDEM_IDEM_H
#define IDEM_IDEM_H

#include <stddef.h>
#include <stdint.h>

/// The version of the arithmetic (ARITHMETIC.md), of which init's name in the archive has the number: with a
/// header of one version and an archive of another, a program does not link ("undefined reference to
/// `idem_f32_8_init_contract_1'").
#define IDEM_CONTRACT 1

#ifdef __cplusplus
extern "C" {
#endif

/// What a function returns; idem_status_text has a sentence for each.
typedef int idem_status;
enum {
  IDEM_OK = 0,
  IDEM_ENVIRONMENT = 1,     ///< the floating-point mode breaks the contract
  IDEM_NOT_FINITE = 2,      ///< an input, label, weight or step size is NaN or infinite
  IDEM_DIVERGED = 3,        ///< the new weights would not be finite; the old ones are kept
  IDEM_EMPTY_BATCH = 4,     ///< the end of a batch into which no sample was fed
  IDEM_BAD_ARGUMENT = 5,    ///< a size, sign or range that the function does not take
  IDEM_OPEN_BATCH = 6,      ///< weights or signs were to be set while a batch is open
  IDEM_BAD_STATE = 7,       ///< the pointer to the state is null or not aligned
  IDEM_WRONG_ROUNDING = 8,  ///< from here on: what idem_self_test can find
  IDEM_FLUSHED_SUBNORMALS = 9,
  IDEM_WRONG_ADDITION = 10,
  IDEM_WRONG_MULTIPLICATION = 11,
  IDEM_WRONG_DIVISION = 12,
  IDEM_WRONG_COMPARISON = 13,
  IDEM_WRONG_CONVERSION = 14,
  IDEM_WRONG_FMA = 15,
  IDEM_WRONG_SQUARE_ROOT = 16
};

/// One sentence: what was wrong and what would be right.
const char* idem_status_text(idem_status status);

typedef float idem_f32;
typedef double idem_f64;

/// Whether this processor, compiled for with these tools, computes as it must: for boot. The first ailment
/// found, or IDEM_OK. It takes the time of some thousand operations, and only looks at the scalar types of
/// the archive's shapes.
idem_status idem_self_test(void);

/// x = the inputs of training sample `index` of a seed, `count` numbers from N(0, 1): what the C++ library's
/// TeacherSamples draw. For tests and examples.
void idem_f32_draw_inputs(uint64_t seed, uint64_t index, idem_f32* x, size_t count);
void idem_f64_draw_inputs(uint64_t seed, uint64_t index, idem_f64* x, size_t count);

/// What a state consists of. Only its size and alignment are meant for use.
#define IDEM_STATE_(real, d)          \
  struct {                            \
    real weights_[(d) * (d)];         \
    uint32_t signs_[((d) + 31) / 32]; \
  } model_;                           \
  real gradient_[(d) * (d)];          \
  struct {                            \
    real total_, block_;              \
    int32_t in_block_;                \
  } losses_;                          \
  ptrdiff_t count_;                   \
  real loss_;

/// Declares the shape (f32 or f64, d): the type idem_f32_8 and its functions, here in the spelling of f32, 8.
/// At file scope, once in a unit.
///
/// Constants, for memory that is not declared as the type:
///
///     IDEM_SIZE(f32, 8)     bytes of a state
///     IDEM_ALIGN(f32, 8)    what its address must be a multiple of
///
/// Every function that returns a status gives IDEM_BAD_STATE where the state is null or not aligned.
///
///     idem_status idem_f32_8_init(idem_f32_8* state)
///         Checks the floating-point mode, and sets the identity mapping: W = 0, every v_j = +1, an empty
///         batch. IDEM_ENVIRONMENT: nothing is set. Before anything else, on every object.
///
///     idem_status idem_f32_8_feed(idem_f32_8* state, const idem_f32* x, idem_f32 y)
///         Adds one sample (d inputs, a label) to the batch. IDEM_NOT_FINITE: it is refused, the batch is as
///         before.
///
///     ptrdiff_t idem_f32_8_count(const idem_f32_8* state)
///         Samples in the open batch; -1 for a bad state.
///
///     idem_status idem_f32_8_end_batch(idem_f32_8* state, idem_f32 eta)
///         Takes the step of size eta; the next sample opens the next batch. IDEM_EMPTY_BATCH, IDEM_NOT_FINITE
///         (eta): nothing changes. IDEM_DIVERGED: the weights stay, the batch is forgotten.
///
///     idem_status idem_f32_8_abort_batch(idem_f32_8* state)
///         Forgets the open batch. The weights stay.
///
///     idem_status idem_f32_8_step(idem_f32_8* state, const idem_f32* x, const idem_f32* y, ptrdiff_t count,
///                                 idem_f32 eta)
///         A step from arrays: x is count x d row-major, y has count labels. The bits of feeding them one by
///         one to an empty batch, sooner. IDEM_OPEN_BATCH: there is an open batch, and it stays.
///         IDEM_NOT_FINITE, IDEM_EMPTY_BATCH, IDEM_BAD_ARGUMENT (count < 0), IDEM_DIVERGED: the weights stay,
///         the batch is empty.
///
///     idem_status idem_f32_8_predict(const idem_f32_8* state, const idem_f32* x, idem_f32* f)
///         f(x). An x that is not finite gives an f that need not be.
///
///     idem_status idem_f32_8_loss(const idem_f32_8* state, idem_f32* loss)
///         The loss of the batch that ended last, at the weights it began with.
///
///     idem_status idem_f32_8_get_weights(const idem_f32_8* state, idem_f32* w)
///     idem_status idem_f32_8_set_weights(idem_f32_8* state, const idem_f32* w)
///         W, d x d, row-major: w[k * d + j] is what neuron j takes from input k, without the identity.
///         Setting: IDEM_NOT_FINITE, IDEM_OPEN_BATCH: nothing changes.
///
///         A PyTorch Linear(d, d, bias=False) stores [out][in], and its matrix holds the identity that is
///         left out here:
///
///             for (k = 0; k < d; ++k)
///               for (j = 0; j < d; ++j) w[k * d + j] = linear[j * d + k] - (j == k ? 1.0f : 0.0f);
///
///         The network is then sum over j of v_j relu(linear(x))_j. (The subtraction rounds: read back, the
///         diagonal may differ in its last bit.)
///
///     idem_status idem_f32_8_set_signs(idem_f32_8* state, const signed char* v)
///         v_j, each +1 or -1. IDEM_BAD_ARGUMENT, IDEM_OPEN_BATCH: nothing changes.
///
///     idem_status idem_f32_8_distance(const idem_f32_8* state, const idem_f32* w, idem_f32* distance)
///         The Frobenius norm of W - w.
///
///     uint64_t idem_f32_8_digest(const idem_f32_8* state)
///         FNV-1a over the weights: equal digests, equal bits. 0 for a bad state.
///
///     idem_status idem_f32_8_init_teacher(idem_f32_8* state, uint64_t seed, idem_f32 low, idem_f32 high)
///         init, and weights drawn with singular values between low and high: a network to be learned, for
///         tests and examples. 2 d numbers of stack. IDEM_ENVIRONMENT: as init. IDEM_BAD_ARGUMENT: not
///         0 <= low <= high, or high beyond 3.1e29 (f64: 1.6e299); the state is then as init leaves it.
#define IDEM_RESRELU(scalar, d) \
  IDEM_RESRELU_2_(idem_##scalar##_##d, idem_##scalar, d, IDEM_VERSIONED_(idem_##scalar##_##d##_init))

#define IDEM_SIZE(scalar, d) ((size_t)idem_##scalar##_##d##_size)
#define IDEM_ALIGN(scalar, d) ((size_t)idem_##scalar##_##d##_align)

#define IDEM_JOIN_2_(a, b) a##_contract_##b
#define IDEM_JOIN_(a, b) IDEM_JOIN_2_(a, b)
#define IDEM_VERSIONED_(name) IDEM_JOIN_(name, IDEM_CONTRACT)

#if defined(__GNUC__)
#define IDEM_MAY_BE_UNUSED_ __attribute__((unused))
#else
#define IDEM_MAY_BE_UNUSED_
#endif
#ifdef __cplusplus
#define IDEM_C_BEGIN_ extern "C" {
#define IDEM_C_END_ }
#else
#define IDEM_C_BEGIN_
#define IDEM_C_END_
#endif

#define IDEM_RESRELU_2_(name, real, d, versioned_init) IDEM_RESRELU_3_(name, real, d, versioned_init)
#define IDEM_RESRELU_3_(name, real, d, versioned_init)                                           \
  IDEM_C_BEGIN_                                                                                  \
  typedef struct name {                                                                          \
    IDEM_STATE_(real, d)                                                                         \
  } name;                                                                                        \
  struct name##_aligned_ {                                                                       \
    char before_;                                                                                \
    name state_;                                                                                 \
  };                                                                                             \
  enum { name##_size = sizeof(name), name##_align = offsetof(struct name##_aligned_, state_) };  \
  idem_status versioned_init(name* state);                                                       \
  IDEM_MAY_BE_UNUSED_ static inline idem_status name##_init(name* state) {                       \
    return versioned_init(state);                                                                \
  }                                                                                              \
  idem_status name##_feed(name* state, const real* x, real y);                                   \
  ptrdiff_t name##_count(const name* state);                                                     \
  idem_status name##_end_batch(name* state, real eta);                                           \
  idem_status name##_abort_batch(name* state);                                                   \
  idem_status name##_step(name* state, const real* x, const real* y, ptrdiff_t count, real eta); \
  idem_status name##_predict(const name* state, const real* x, real* f);                         \
  idem_status name##_loss(const name* state, real* loss);                                        \
  idem_status name##_get_weights(const name* state, real* w);                                    \
  idem_status name##_set_weights(name* state, const real* w);                                    \
  idem_status name##_set_signs(name* state, const signed char* v);                               \
  idem_status name##_distance(const name* state, const real* w, real* distance);                 \
  uint64_t name##_digest(const name* state);                                                     \
  idem_status name##_init_teacher(name* state, uint64_t seed, real low, real high);              \
  IDEM_C_END_

#ifdef __cplusplus
}
#endif

#endif
