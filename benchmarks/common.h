/* What the months in C share: how relsim's tables lie in memory, its draws (Philox 4x32-10 with the
 * same counters and key), and the traits of newcomers.
 *
 * "layout.h" is written by c_month.py from relsim's own tables: struct columns, struct network,
 * struct traits, struct accounts; M_... numbers of the mechanisms, T_... terms of a firm,
 * Y_..., F_..., C_... fields of the accounts, and the sizes N_...
 */
#include <math.h>
#include <stdint.h>
#include "layout.h"

#define TERMS_OF(terms, supplier, tier) ((terms) + ((supplier) * N_TIERS + (tier)) * N_TERMS)
#define YEAR(firm, year) (a->years + ((firm) * N_YEARS + (year)) * N_YEAR_FIELDS)
#define CELL(firm, rung, tier) \
    (a->cells + (((firm) * N_RUNGS + (rung)) * N_TIERS + (tier)) * N_CELL_FIELDS)
#define STEP(firm, before, after) (a->steps[((firm) * N_RUNGS + (before)) * N_RUNGS + (after)])
#define FIRM(firm, field) (a->firms[(firm) * N_FIRM_FIELDS + (field)])

enum { BELOW_ZERO, ORDINARY, GROWABLE, MOST_VALUABLE };
enum { NOBODY, REFERRAL, REACH, AWARENESS, INCUMBENT };

struct luck {
    uint32_t low, high, replication, month;
};

struct words {
    uint32_t w0, w1, w2, w3;
};

static inline struct words philox(const struct luck *luck, uint32_t customer, uint32_t purpose)
{
    /* In words of twice the width: vector units multiply these without taking halves apart. */
    const uint64_t low = 0xFFFFFFFF;
    uint64_t a = customer, b = luck->month, c = purpose, d = luck->replication;
    uint32_t key_0 = luck->low, key_1 = luck->high;
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++) {
        const uint64_t product_0 = 0xD2511F53u * a, product_1 = 0xCD9E8D57u * c;
        a = (product_1 >> 32) ^ b ^ key_0;
        b = product_1 & low;
        c = (product_0 >> 32) ^ d ^ key_1;
        d = product_0 & low;
        key_0 += 0x9E3779B9u;
        key_1 += 0xBB67AE85u;
    }
    return (struct words){(uint32_t)a, (uint32_t)b, (uint32_t)c, (uint32_t)d};
}

static inline void words(const struct luck *luck, uint32_t customer, uint32_t purpose,
                         uint32_t w[4])
{
    const struct words of = philox(luck, customer, purpose);
    w[0] = of.w0, w[1] = of.w1, w[2] = of.w2, w[3] = of.w3;
}

static inline double uniform(uint32_t word)
{
    return (word + 0.5) * 0x1p-32;
}

static inline int tenure_year(int months)
{
    return months / 12 < N_YEARS ? months / 12 : N_YEARS - 1;
}

static double quantile(const double *table, double u)
{
    const double place = u * N_QUANTILES;
    int cell = (int)place;
    if (cell > N_QUANTILES - 1)
        cell = N_QUANTILES - 1;
    return table[cell] + (place - cell) * (table[cell + 1] - table[cell]);
}

static void draw_traits(const struct columns *c, const struct traits *q, int segments,
                        const struct luck *luck, int64_t i)
{
    uint32_t w[4], v[4];
    words(luck, (uint32_t)i, P_TRAITS, w);
    words(luck, (uint32_t)i, P_MORE_TRAITS, v);
    const double share = uniform(v[3]);
    int s = 0;
    while (s < segments - 1 && share >= q->cumulative_share[s])
        s++;
    const int64_t row = (int64_t)s * (N_QUANTILES + 1);
    c->segment[i] = (uint8_t)s;
    c->born[i] = luck->month > 65535 ? 65535 : (uint16_t)luck->month;
    c->usage[i] = (float)quantile(q->usage + row, uniform(w[0]));
    c->price_sensitivity[i] = (float)quantile(q->price_sensitivity + row, uniform(w[1]));
    c->orientation[i] = (float)quantile(q->orientation + row, uniform(w[2]));
    c->service_demand[i] = (float)quantile(q->service_demand + row, uniform(w[3]));
    c->growth_potential[i] = (float)quantile(q->growth_potential + row, uniform(v[0]));
    c->misjudgement[i] = (float)quantile(q->misjudgement + row, uniform(v[1]));
    c->retention[i] = (float)quantile(q->retention + row, uniform(v[2]));
}

static void book_trouble(const struct accounts *a, int firm, int trouble)
{
    FIRM(firm, F_FAILURES) += trouble >= 1;
    FIRM(firm, F_COMPLAINTS) += trouble >= 2;
    FIRM(firm, F_RECOVERED) += trouble >= 3;
}
