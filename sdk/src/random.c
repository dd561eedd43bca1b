/*
 * Seeded random numbers: xoshiro256** for the bits, SplitMix64 to spread a seed over its
 * state, FNV-1a to name streams. Gaussian samples come from the polar method with a
 * logarithm of our own, because libm's may differ in the last bit between platforms and a
 * replay must not. What is used of floating point (+ - * / and sqrt) IEEE 754 fixes exactly.
 */
#include <bothy/random.h>

#include <math.h>
#include <string.h>

static uint64_t rotate_left(uint64_t x, unsigned count)
{
    return (x << count) | (x >> (64 - count));
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

void bothy_random_seed(struct bothy_random *random, uint64_t seed)
{
    /* mix() is a bijection of distinct inputs, so the four words are never all zero. */
    for (size_t i = 0; i < 4; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        random->state[i] = mix(seed);
    }
}

uint64_t bothy_random_derive(uint64_t seed, const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (unsigned i = 0; i < 8; i++)
        hash = (hash ^ ((seed >> (8 * i)) & 0xff)) * UINT64_C(0x100000001b3);
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return mix(hash);
}

void bothy_random_seed_stream(struct bothy_random *random, uint64_t seed, const char *name)
{
    bothy_random_seed(random, bothy_random_derive(seed, name));
}

uint64_t bothy_random_u64(struct bothy_random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t bothy_random_below(struct bothy_random *random, uint64_t bound)
{
    unsigned __int128 product;
    uint64_t refused;

    if (bound == 0)
        return 0;
    /* Lemire's method: the high word of a product is the sample; the few low words that
     * would make some samples likelier are drawn again. */
    product = (unsigned __int128)bothy_random_u64(random) * bound;
    if ((uint64_t)product < bound) {
        refused = (0 - bound) % bound;
        while ((uint64_t)product < refused)
            product = (unsigned __int128)bothy_random_u64(random) * bound;
    }
    return (uint64_t)(product >> 64);
}

int64_t bothy_random_between(struct bothy_random *random, int64_t low, int64_t high)
{
    uint64_t span;

    if (high <= low)
        return low;
    span = (uint64_t)high - (uint64_t)low;
    if (span == UINT64_MAX)
        return (int64_t)bothy_random_u64(random);
    return (int64_t)((uint64_t)low + bothy_random_below(random, span + 1));
}

double bothy_random_double(struct bothy_random *random)
{
    return (double)(bothy_random_u64(random) >> 11) * 0x1p-53;
}

/*
 * The natural logarithm of a normal number in (0, 1), to a few units in the last place.
 * x = m × 2^e with m around 1, and ln m = 2 artanh((m - 1) / (m + 1)), whose series needs
 * eleven terms there. A fixed order of exact operations: the same bits everywhere.
 */
static double logarithm(double x)
{
    static const double ln2 = 0x1.62e42fefa39efp-1;
    uint64_t bits;
    int exponent;
    double m, f, square, sum;

    memcpy(&bits, &x, sizeof bits);
    exponent = (int)(bits >> 52) - 1023;
    bits = (bits & UINT64_C(0xfffffffffffff)) | UINT64_C(0x3ff0000000000000);
    memcpy(&m, &bits, sizeof m);
    if (m > 0x1.6a09e667f3bcdp+0) {
        m *= 0.5;
        exponent++;
    }
    f = (m - 1) / (m + 1);
    square = f * f;
    sum = 0;
    for (int n = 21; n >= 1; n -= 2)
        sum = sum * square + 1.0 / n;
    return 2 * f * sum + exponent * ln2;
}

double bothy_random_gaussian(struct bothy_random *random)
{
    double u, v, s;

    /* The second value of the pair is thrown away: the state stays four words, and a sample
     * depends on nothing but them. */
    do {
        u = 2 * bothy_random_double(random) - 1;
        v = 2 * bothy_random_double(random) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    return u * sqrt(-2 * logarithm(s) / s);
}
