/*
 * bothy/random.h: seeded pseudo-random numbers for simulation, jitter and sampling.
 *
 * The generator is xoshiro256** (Blackman and Vigna), seeded through SplitMix64. The same
 * seed gives the same numbers on every machine with IEEE 754 doubles, also the gaussian
 * ones: they use no function of libm whose last bit a platform may choose. Randomness is
 * an input here: nothing reads a clock or the system's entropy.
 *
 * It is not for keys, nonces or anything that a stranger must not guess.
 *
 * Thread and state: a generator belongs to one thread at a time; copying the struct copies
 * the state, so a session is saved and resumed with memcpy().
 */
#ifndef BOTHY_RANDOM_H
#define BOTHY_RANDOM_H

#include <bothy/base.h>

BOTHY_BEGIN

/* Seed before use: the state of all zeros is the one that the generator never leaves. */
struct bothy_random {
    uint64_t state[4];
};

/* Effect: starts the sequence that belongs to `seed`; every seed is good, 0 as well. */
BOTHY_API void bothy_random_seed(struct bothy_random *random, uint64_t seed);

/*
 * Effect: starts the sequence of the stream `name` under `seed`. Give each consumer a stream
 * of its own ("jitter:binance", "latency"), and adding one does not disturb the others.
 */
BOTHY_API void bothy_random_seed_stream(struct bothy_random *random, uint64_t seed,
                                        const char *name);

/* Returns a seed made of `seed` and `name` (FNV-1a, then mixed); for seeds of seeds. */
BOTHY_API uint64_t bothy_random_derive(uint64_t seed, const char *name);

/* Returns 64 uniform bits. */
BOTHY_API uint64_t bothy_random_u64(struct bothy_random *random);

/* Returns a whole number in [0, bound), each equally likely; 0 for a bound of 0. */
BOTHY_API uint64_t bothy_random_below(struct bothy_random *random, uint64_t bound);

/* Returns a whole number in [low, high], both included; low if high is less than low. */
BOTHY_API int64_t bothy_random_between(struct bothy_random *random, int64_t low, int64_t high);

/* Returns a multiple of 2^-53 in [0, 1). */
BOTHY_API double bothy_random_double(struct bothy_random *random);

/* Returns a sample of the normal distribution with mean 0 and standard deviation 1. */
BOTHY_API double bothy_random_gaussian(struct bothy_random *random);

BOTHY_END

#endif
