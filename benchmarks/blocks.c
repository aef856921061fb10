/* One month of every customer as C can be made fast: passes over blocks of customers that fit a
 * cache, each a plain loop that the compiler turns into vectors. No intrinsics.
 *
 * The rules, the columns, the draws and the accounts are those of relsim in a contractual market
 * whose customers stay by their relationship, so the outcome is relsim's. What makes it fast:
 * passes work on the columns of single precision in place; the terms of a firm, and what is booked
 * of a customer, lie side by side, so that they are copied and added as whole vectors; conditions
 * choose between values that are already loaded, which a compiler needs for vectors. Sums are kept
 * by chunks of blocks and added up in their order, so that threads could share the work.
 *
 * -DSINGLE computes in single precision, with sums in double: the same month but for rounding,
 * which is large enough that now and then a customer decides otherwise.
 * -DPROFILE counts the seconds of each pass.
 */
#include <string.h>
#include <time.h>
#include "common.h"

#ifndef BLOCK
#define BLOCK 1024
#endif
#define CHUNK (4 * BLOCK)
#define ROW (BLOCK + 16) /* at a power of two rows would fight for the same lines of the cache */
#define PACK 16
#define WIDTH 16 /* terms of a firm, padded to whole lines of the cache */
#define EACH(c, n) _Pragma("omp simd") for (int c = 0; c < (n); c++)

#ifdef SINGLE
typedef float real;
typedef int32_t bits;
#define NUMBER(x) x##f
#else
typedef double real;
typedef int64_t bits;
#define NUMBER(x) x
#endif

/* What a customer meets: before it may move, and after. */
enum {
    SERVICE, FAILED, COMPLAINED, RECOVERED, OFFER, PULL, PULL_DISSATISFIED, RELATIVE_PRICE
};
enum {
    PRICE, GROSS_MARGIN, SERVICE_COST, VALUATION_ERROR, MOST_VALUABLE_FROM, RECOMMEND_BELOW,
    SERVICE_SHARE /* of a new customer's service, by tenure */
};
enum { BEFORE = 8, AFTER = 8, YEAR_SUMS = 8, CELL_SUMS = N_CELL_FIELDS };
_Static_assert(Y_SERVICE == YEAR_SUMS - 2, "the first sums by year are a vector's");

struct space {
    _Alignas(64) int32_t supplier[ROW];
    int32_t tier[ROW], bound[ROW], rung_before[ROW], rung[ROW], tenure[ROW], recommendations[ROW];
    int32_t trouble[ROW], open[ROW], saying[ROW], leaving[ROW], notable[ROW], recommend_below[ROW];
    int32_t year[ROW], cell[ROW], step[ROW], index[ROW + PACK];
    uint32_t word[4][ROW];
    real before[ROW * BEFORE], after[ROW * AFTER];
    real years[ROW * YEAR_SUMS], cells[ROW * CELL_SUMS];
    /* Those who choose, packed. */
    int32_t who[ROW], options[ROW], winner[ROW], through[ROW], ways[N_MOST_FIRMS][ROW];
    uint32_t chance[4][ROW];
    uint32_t first[ROW], end[ROW];
    float satisfaction[ROW], trust[ROW], price_sensitivity[ROW], orientation[ROW];
    real unmoved[N_MOST_FIRMS][ROW], standing[N_MOST_FIRMS][ROW], earliest[ROW];
    uint8_t set[ROW];
};

/* Sums of a chunk, laid out for whole vectors. */
struct sums {
    _Alignas(64) double years[(N_MOST_FIRMS + 1) * N_YEARS * YEAR_SUMS];
    double cells[(N_MOST_FIRMS + 1) * N_RUNGS * N_TIERS * CELL_SUMS];
    int32_t steps[(N_MOST_FIRMS + 1) * N_RUNGS * N_RUNGS];
};

struct month {
    const struct columns *c;
    const struct network *net;
    const struct traits *q;
    const double *terms;
    const double *m;
    const struct accounts *a;
    const struct luck *luck;
    int firms, segments;
    const real *service_share;
    _Alignas(64) real table[(N_MOST_FIRMS + 1) * N_TIERS * WIDTH];
};

/* A word as a number in (0, 1): through a signed one, which every vector unit can convert. */
static inline real chance_of(uint32_t word)
{
#ifdef SINGLE
    return ((float)(int32_t)(word >> 8) + 0.5f) * 0x1p-24f;
#else
    return ((double)(int32_t)(word ^ 0x80000000u) + 2147483648.5) * 0x1p-32;
#endif
}

static inline bits bits_of(real x)
{
    bits b;
    memcpy(&b, &x, sizeof b);
    return b;
}

static inline real number_of(bits b)
{
    real x;
    memcpy(&x, &b, sizeof x);
    return x;
}

static inline real least(real a, real b)
{
    return a < b ? a : b;
}

static inline real most(real a, real b)
{
    return a > b ? a : b;
}

static inline real fit(real orientation, real offer)
{
    const real d = orientation - offer;
    return NUMBER(1.0) - NUMBER(2.0) * (d < 0 ? -d : d);
}

static inline real either(real a, real b)
{
    return NUMBER(1.0) - (NUMBER(1.0) - a) * (NUMBER(1.0) - b);
}

#ifdef SINGLE
static inline real power(real x)
{
    x = least(most(x, -80.0f), 80.0f);
    /* -ffast-math must not fold the shift to and fro away: the whole number is a conversion. */
    const int32_t k = (int32_t)(x * 1.44269504f + (x < 0 ? -0.5f : 0.5f));
    const float whole = (float)k;
    const float r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
    const float r2 = r * r;
    const float sum = (1.0f + r) + r2 * ((0.5f + r * (1 / 6.0f)) +
                                         r2 * ((1 / 24.0f + r * (1 / 120.0f)) + r2 * (1 / 720.0f)));
    return sum * number_of((k + 127) << 23);
}

static inline real logarithm(real x)
{
    const int32_t b = bits_of(x);
    const int32_t k = ((b - 0x3F3504F3 + (127 << 23)) >> 23) - 127;
    const float m = number_of(b - (int32_t)((uint32_t)k << 23));
    const float s = (m - 1.0f) / (m + 1.0f), z = s * s;
    const float series = (1 / 3.0f + z * (1 / 5.0f)) + z * z * (1 / 7.0f + z * (1 / 9.0f));
    return (float)k * 0.693147182f + (2.0f * s + 2.0f * s * z * series);
}
#else
static inline real power(real x)
{
    x = least(most(x, -700.0), 700.0);
    const int32_t k = (int32_t)(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
    const double whole = k;
    const double r = (x - whole * 6.93147180369123816490e-01) - whole * 1.90821492927058770002e-10;
    const double r2 = r * r, r4 = r2 * r2;
    const double low = (1.0 + r) + r2 * (1 / 2.0 + r * (1 / 6.0));
    const double middle = (1 / 24.0 + r * (1 / 120.0)) + r2 * (1 / 720.0 + r * (1 / 5040.0));
    const double high = (1 / 40320.0 + r * (1 / 362880.0)) +
                        r2 * (1 / 3628800.0 + r * (1 / 39916800.0));
    const double sum =
        low + r4 * (middle + r4 * (high + r4 * (1 / 479001600.0 + r * (1 / 6227020800.0))));
    return sum * number_of((int64_t)(k + 1023) << 52);
}

static inline real logarithm(real x)
{
    const int64_t b = bits_of(x);
    const int64_t k = (int64_t)((uint64_t)(b - 0x3FE6A09E667F3BCD + (1023LL << 52)) >> 52) - 1023;
    const double m = number_of(b - (int64_t)((uint64_t)k << 52));
    const double s = (m - 1.0) / (m + 1.0), z = s * s, z2 = z * z;
    const double series = ((1 / 3.0 + z * (1 / 5.0)) + z2 * (1 / 7.0 + z * (1 / 9.0))) +
                          z2 * z2 *
                              (((1 / 11.0 + z * (1 / 13.0)) + z2 * (1 / 15.0 + z * (1 / 17.0))) +
                               z2 * z2 * (1 / 19.0 + z * (1 / 21.0)));
    return (double)(int32_t)k * 0.69314718055994530942 + (2.0 * s + 2.0 * s * z * series);
}
#endif

static inline real arrival(uint32_t word, real utility)
{
    return -logarithm(chance_of(word)) * power(-utility);
}

/* The table of the firms as the passes meet it. */
static void lay_table(struct month *l)
{
    const double *m = l->m;
    for (int row = 0; row < (l->firms + 1) * N_TIERS; row++) {
        const double *t = l->terms + row * N_TERMS;
        real *of = l->table + row * WIDTH;
        of[SERVICE] = t[T_SERVICE];
        of[FAILED] = t[T_FAILURE_RATE];
        of[COMPLAINED] = t[T_FAILURE_RATE] * m[M_COMPLAINT_RATE];
        of[RECOVERED] = t[T_FAILURE_RATE] * m[M_COMPLAINT_RATE] * t[T_RECOVERY];
        of[OFFER] = t[T_OFFER];
        of[PULL] = t[T_PULL];
        of[PULL_DISSATISFIED] = t[T_PULL] - t[T_CONQUEST];
        of[RELATIVE_PRICE] = t[T_RELATIVE_PRICE];
        of[BEFORE + PRICE] = t[T_PRICE];
        of[BEFORE + GROSS_MARGIN] = t[T_GROSS_MARGIN];
        of[BEFORE + SERVICE_COST] = t[T_SERVICE_COST];
        of[BEFORE + VALUATION_ERROR] = t[T_VALUATION_ERROR];
        of[BEFORE + MOST_VALUABLE_FROM] = t[T_MOST_VALUABLE_FROM];
        of[BEFORE + RECOMMEND_BELOW] = (real)ceil(t[T_RECOMMEND_RATE] * 0x1p20 - 0.5);
    }
}

/* Return the share of a new customer's service by months of tenure, worked out once. */
static const real *service_share(const double *m)
{
    static real share[N_LONGEST_TENURE + 1];
    static double learning = -1.0, learning_months;
    if (learning != m[M_LEARNING] || learning_months != m[M_LEARNING_MONTHS]) {
        learning = m[M_LEARNING];
        learning_months = m[M_LEARNING_MONTHS];
        for (int tenure = 0; tenure <= N_LONGEST_TENURE; tenure++)
            share[tenure] = 1.0 - learning * (1.0 - exp(-tenure / learning_months));
    }
    return share;
}

/* Collect the few places of a block whose row is not 0; return how many. */
static int places(struct space *s, const int32_t *row, int n)
{
    int count = 0;
    EACH (i, n)
        s->set[i] = (uint8_t)row[i];
    memset(s->set + n, 0, 8);
    for (int i = 0; i < n; i += 8) {
        uint64_t eight;
        memcpy(&eight, s->set + i, 8);
        if (eight != 0)
            for (int k = i; k < i + 8; k++)
                if (s->set[k])
                    s->index[count++] = k;
    }
    return count;
}

static void take(const struct month *l, struct space *s, int64_t lo, int n)
{
    const struct columns *c = l->c;
    const uint8_t *supplier = c->supplier + lo, *tier = c->tier + lo, *bound = c->bound + lo;
    const uint8_t *rung = c->rung + lo, *recommendations = c->recommendations + lo;
    const uint16_t *tenure = c->tenure + lo;
    EACH (i, n)
        s->supplier[i] = supplier[i];
    EACH (i, n)
        s->tier[i] = tier[i];
    EACH (i, n)
        s->bound[i] = bound[i];
    EACH (i, n)
        s->rung_before[i] = rung[i];
    EACH (i, n)
        s->recommendations[i] = recommendations[i];
    EACH (i, n)
        s->tenure[i] = tenure[i];
}

static void draw(const struct month *l, struct space *s, int64_t lo, int n)
{
    const struct luck luck = *l->luck;
    EACH (i, n) {
        const struct words of = philox(&luck, (uint32_t)lo + (uint32_t)i, P_MONTH);
        s->word[0][i] = of.w0;
        s->word[1][i] = of.w1;
        s->word[2][i] = of.w2;
        s->word[3][i] = of.w3;
    }
}

/* Give customer i the terms of a supplier for a tier. */
static inline void meet_one(const struct month *l, struct space *s, int i, int supplier, int tier)
{
    const real *of = l->table + (supplier * N_TIERS + tier) * WIDTH;
    memcpy(s->before + i * BEFORE, of, sizeof(real) * BEFORE);
    memcpy(s->after + i * AFTER, of + BEFORE, sizeof(real) * AFTER);
}

static void meet(const struct month *l, struct space *s, int n)
{
    for (int i = 0; i < n; i++) {
        meet_one(l, s, i, s->supplier[i], s->tier[i]);
        s->after[i * AFTER + SERVICE_SHARE] = l->service_share[s->tenure[i]];
    }
}

static void experience(const struct month *l, struct space *s, int64_t lo, int n)
{
    const double *m = l->m;
    float *satisfaction = l->c->satisfaction + lo, *trust = l->c->trust + lo;
    const float *orientation = l->c->orientation + lo;
    const real severity = m[M_SEVERITY], fit_weight = m[M_FIT_WEIGHT], needs = m[M_NEEDS];
    const real width = m[M_NOISE] * 3.4641016151377544; /* sqrt(12): deviation 1 */
    const real learning_rate = m[M_LEARNING_RATE];
    const real build = m[M_BUILD_RATE], breaks = m[M_BREAK_RATE];
    const float *price_sensitivity = l->c->price_sensitivity + lo;
    const float dissatisfied_below = (float)m[M_DISSATISFIED_BELOW];
    const real premium = m[M_PREMIUM];
    const real tolerance = m[M_PRICE_TOLERANCE], price_effect = m[M_PRICE_EFFECT];
    const real satisfaction_effect = m[M_SATISFACTION_EFFECT], trust_effect = m[M_TRUST_EFFECT];
    const real base = m[M_BASE];
    EACH (i, n) {
        const real *met = s->before + i * BEFORE;
        const real u = chance_of(s->word[0][i]);
        const int failed = u < met[FAILED], complained = u < met[COMPLAINED];
        const int recovered = u < met[RECOVERED];
        const real loss = failed & !recovered ? severity : NUMBER(0.0);
        const real mood = ((real)(int32_t)(s->word[3][i] & 0xFFF) + NUMBER(0.5)) * NUMBER(0x1p-12);
        const real oriented = least(most(orientation[i] + needs, 0), 1);
        const real lived = met[SERVICE] + fit_weight * fit(oriented, met[OFFER]) - loss +
                           width * (mood - NUMBER(0.5));
        const real before = satisfaction[i], trusted = trust[i];
        const real felt = before + learning_rate * (least(most(lived, 0), 1) - before);
        const real trusts = trusted + (felt > trusted ? build : breaks) * (felt - trusted);
        const int served = s->supplier[i] > 0;
        const float happy = served ? (float)felt : 0.0f, bond = served ? (float)trusts : 0.0f;
        const real usual = met[PULL], dissatisfied = met[PULL_DISSATISFIED];
        const real pull = happy < dissatisfied_below ? dissatisfied : usual;
        const real price = met[RELATIVE_PRICE] * (NUMBER(1.0) + premium * bond) *
                           (NUMBER(1.0) - tolerance * bond);
        const real push = price_effect * price_sensitivity[i] * (price - NUMBER(1.0));
        const real x = base - satisfaction_effect * (happy - NUMBER(0.5)) - trust_effect * bond -
                       (pull - push);
        satisfaction[i] = happy;
        trust[i] = bond;
        s->trouble[i] = failed + complained + recovered;
        /* u < 1 / (1 + exp(-x)), without the division. */
        s->open[i] = chance_of(s->word[1][i]) * (NUMBER(1.0) + power(-x)) < NUMBER(1.0) ? 1 : 0;
    }
    EACH (i, n) {
        const int bound = s->bound[i];
        s->open[i] = (s->supplier[i] == 0) | ((bound <= 1) & s->open[i]);
        s->bound[i] = bound > 0 ? bound - 1 : 0;
    }
}

static int padded(int count)
{
    return (count + PACK - 1) / PACK * PACK;
}

/* Collect those who choose; return how many. The last is repeated to fill up a pack. */
static int gather(const struct month *l, struct space *s, int64_t lo, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        s->index[count] = i;
        count += s->open[i];
    }
    for (int k = count; k < padded(count); k++)
        s->index[k] = s->index[count - 1];
    for (int k = 0; k < padded(count); k++) {
        const int i = s->index[k];
        s->first[k] = l->net->start[lo + i];
        s->end[k] = l->net->start[lo + i + 1];
        __builtin_prefetch(l->net->neighbour + s->first[k]);
        s->who[k] = s->options[k] = s->supplier[i];
        s->satisfaction[k] = l->c->satisfaction[lo + i];
    }
    return count;
}

static void listen(const struct month *l, struct space *s, int count)
{
    const real persuaded = 1.0 - l->m[M_PERSUASION], warned = 1.0 - l->m[M_WARNING];
    const uint8_t *said = l->c->said;
    const uint32_t *neighbour = l->net->neighbour;
    for (int g = 0; g < l->firms; g++)
        for (int k = 0; k < padded(count); k++)
            s->unmoved[g][k] = s->standing[g][k] = NUMBER(1.0);
    for (int k = 0; k < count; k++)
        for (uint32_t edge = s->first[k]; edge < s->end[k]; edge++) {
            const int word = said[neighbour[edge]];
            if (word >= N_WARNING_OFFSET)
                s->standing[word - N_WARNING_OFFSET - 1][k] *= warned;
            else if (word > 0)
                s->unmoved[word - 1][k] *= persuaded;
        }
}

static void draw_packed(const struct month *l, struct space *s, uint32_t purpose, int64_t lo,
                        int count)
{
    const struct luck luck = *l->luck;
    EACH (k, count) {
        const struct words of = philox(&luck, (uint32_t)lo + (uint32_t)s->index[k], purpose);
        s->chance[0][k] = of.w0;
        s->chance[1][k] = of.w1;
        s->chance[2][k] = of.w2;
        s->chance[3][k] = of.w3;
    }
}

/* Settle which choosers consider firm g, and through what. */
static void consider(const struct month *l, struct space *s, int g, int count)
{
    const double *t = TERMS_OF(l->terms, g, 0);
    const float dissatisfied_below = (float)l->m[M_DISSATISFIED_BELOW];
    const real prospects = t[T_REACH_PROSPECTS], rivals = t[T_REACH_RIVALS];
    const real dissatisfied = either(rivals, t[T_REACH_DISSATISFIED]), awareness = t[T_AWARENESS];
    EACH (k, count) {
        const real u = chance_of(s->chance[(g - 1) % 4][k]), standing = s->standing[g - 1][k];
        const real some = s->satisfaction[k] < dissatisfied_below ? dissatisfied : rivals;
        const real reach = s->who[k] == 0 ? prospects : some;
        const real recommended = NUMBER(1.0) - s->unmoved[g - 1][k];
        const real reached = either(recommended, reach);
        const int by_awareness = u < standing * either(reached, awareness);
        const int by_reach = u < standing * reached, by_word = u < standing * recommended;
        const int way = by_awareness * AWARENESS + by_reach * (REACH - AWARENESS) +
                        by_word * (REFERRAL - REACH);
        s->ways[g - 1][k] = s->who[k] == g ? INCUMBENT : way;
        s->options[k] += s->ways[g - 1][k];
    }
}

/* Keep those who have something to choose, with what the choice reads of them. */
static int pack(const struct month *l, struct space *s, int64_t lo, int count)
{
    int kept = 0;
    for (int k = 0; k < count; k++) {
        s->index[kept] = s->index[k];
        s->who[kept] = s->who[k];
        for (int g = 0; g < l->firms; g++)
            s->ways[g][kept] = s->ways[g][k];
        kept += s->options[k] > 0;
    }
    for (int k = kept; k < padded(kept); k++)
        s->index[k] = s->index[kept - 1];
    for (int k = 0; k < padded(kept); k++) {
        const int64_t i = lo + s->index[k];
        s->satisfaction[k] = l->c->satisfaction[i];
        s->trust[k] = l->c->trust[i];
        s->price_sensitivity[k] = l->c->price_sensitivity[i];
        s->orientation[k] = l->c->orientation[i];
    }
    return kept;
}

/* Let firm g compete for every chooser who considers it. */
static void weigh(const struct month *l, struct space *s, int g, int count)
{
    const double *t = TERMS_OF(l->terms, g, 0), *m = l->m;
    const real appeal = t[T_APPEAL], offer = t[T_OFFER], price = t[T_RELATIVE_PRICE];
    const real introductory = t[T_RELATIVE_PRICE] * (1.0 - t[T_DISCOUNT]);
    const real cost = t[T_SWITCHING_COST], tolerance = m[M_PRICE_TOLERANCE];
    const real premium = m[M_PREMIUM];
    const real price_weight = m[M_PRICE_WEIGHT], fit_weight = m[M_CHOICE_FIT_WEIGHT];
    const real by_satisfaction = m[M_SATISFACTION_WEIGHT], by_trust = m[M_TRUST_WEIGHT];
    const real needs = m[M_NEEDS];
    EACH (k, count) {
        const real trust = s->trust[k];
        const int own = s->who[k] == g;
        const real mine = (NUMBER(1.0) + premium * trust) * (NUMBER(1.0) - tolerance * trust);
        const real felt = own ? price * mine : introductory;
        const real oriented = least(most(s->orientation[k] + needs, 0), 1);
        const real bond =
            by_satisfaction * (s->satisfaction[k] - NUMBER(0.5)) + by_trust * trust + cost;
        const real utility = appeal - price_weight * s->price_sensitivity[k] * felt +
                             fit_weight * fit(oriented, offer) + (own ? bond : NUMBER(0.0));
        const real time = arrival(s->chance[(g - 1) % 4][k], utility), earliest = s->earliest[k];
        const int way = s->ways[g - 1][k];
        const int takes = (way != NOBODY) & (time < earliest);
        s->earliest[k] = takes ? time : earliest;
        const int winner = s->winner[k], through = s->through[k];
        s->winner[k] = takes ? g : winner;
        s->through[k] = takes ? way : through;
    }
}

static int choose(const struct month *l, struct space *s, int64_t lo, int n)
{
    int count = gather(l, s, lo, n);
    if (count == 0)
        return 0;
    listen(l, s, count);
    for (int g = 1; g <= l->firms; g++) {
        if ((g - 1) % 4 == 0)
            draw_packed(l, s, (uint32_t)(P_CONSIDER + (g - 1) / 4), lo, padded(count));
        consider(l, s, g, padded(count));
    }
    count = pack(l, s, lo, count);
    const real outside = l->m[M_OUTSIDE_UTILITY];
    draw_packed(l, s, P_OUTSIDE, lo, padded(count));
    EACH (k, padded(count)) {
        s->earliest[k] = arrival(s->chance[0][k], outside);
        s->winner[k] = s->through[k] = 0;
    }
    for (int g = 1; g <= l->firms; g++) {
        if ((g - 1) % 4 == 0)
            draw_packed(l, s, (uint32_t)(P_TASTE + (g - 1) / 4), lo, padded(count));
        weigh(l, s, g, padded(count));
    }
    return count;
}

/* Carry out the choices: book who went where, begin relationships, renew contracts. */
static void move(const struct month *l, struct space *s, int64_t lo, int count)
{
    const struct accounts *a = l->a;
    const int firms = l->firms;
    for (int k = 0; k < count; k++) {
        const int i = s->index[k], before = s->who[k], after = s->winner[k];
        if (before > 0)
            FIRM(before, F_RECONSIDERED) += 1.0;
        if (after != before) {
            a->flows[before * (firms + 1) + after] += 1.0;
            a->sources[after * 4 + s->through[k]] += 1.0;
            if (before > 0) {
                YEAR(before, tenure_year(s->tenure[i]))[Y_LOST] += 1.0;
                STEP(before, s->rung_before[i], 0) += 1.0;
                book_trouble(a, before, s->trouble[i]);
            }
            l->c->came_through[lo + i] = (uint8_t)s->through[k];
            l->c->satisfaction[lo + i] = after > 0 ? (float)l->m[M_START_SATISFACTION] : 0.0f;
            l->c->trust[lo + i] = after > 0 ? (float)l->m[M_START_TRUST] : 0.0f;
            l->c->purchases[lo + i] = 0;
            s->supplier[i] = after;
            s->tier[i] = after > 0 ? ORDINARY : 0;
            s->tenure[i] = s->rung_before[i] = s->trouble[i] = s->recommendations[i] = 0;
            meet_one(l, s, i, after, s->tier[i]);
            s->after[i * AFTER + SERVICE_SHARE] = l->service_share[0];
        }
        const double contract = TERMS_OF(l->terms, s->supplier[i], s->tier[i])[T_CONTRACT];
        s->bound[i] = contract > 1.0 ? (int)contract : 0;
    }
}

/* Let a block buy, pay, be served and be reviewed. */
static void trade(const struct month *l, struct space *s, int64_t lo, int n)
{
    const double *m = l->m;
    const struct columns *c = l->c;
    const float *satisfaction = c->satisfaction + lo, *trust = c->trust + lo;
    const float *usage = c->usage + lo;
    const float *growth_potential = c->growth_potential + lo, *misjudgement = c->misjudgement + lo;
    const float *service_demand = c->service_demand + lo;
    const real usage_factor = m[M_USAGE_FACTOR], volume_growth = m[M_VOLUME_GROWTH];
    const real cross_size = m[M_CROSS_SALE_SIZE], cross_rate = m[M_CROSS_SALE_RATE];
    const real premium_rate = m[M_PREMIUM];
    const float growable_from = (float)m[M_GROWABLE_FROM];
    const int discount_months = (int)fmin(ceil(m[M_DISCOUNT_MONTHS]), l->luck->month);
    EACH (i, n) {
        const real *met = s->after + i * AFTER;
        const int served = s->supplier[i] > 0, tenure = s->tenure[i];
        const real t = trust[i];
        const real uses = usage[i] * usage_factor;
        const real used = served ? uses : NUMBER(0.0);
        const real growth = used * (volume_growth * growth_potential[i] * t);
        const real cross = used * cross_size * (cross_rate * t);
        const real quantity = used + growth + cross;
        const real premium = quantity * (premium_rate * t);
        const real units = service_demand[i] * met[SERVICE_SHARE];
        const real contribution = met[GROSS_MARGIN] * quantity + met[PRICE] * premium -
                                  met[SERVICE_COST] * units;
        const real seen = contribution + met[VALUATION_ERROR] * misjudgement[i];
        const int plain = growth_potential[i] >= growable_from ? GROWABLE : ORDINARY;
        const int known = seen >= met[MOST_VALUABLE_FROM] ? MOST_VALUABLE : plain;
        s->tier[i] = served ? (seen < 0 ? BELOW_ZERO : known) : 0;
        s->recommend_below[i] = (int)met[RECOMMEND_BELOW];
        real *year = s->years + i * YEAR_SUMS, *cell = s->cells + i * CELL_SUMS;
        year[Y_CUSTOMER_MONTHS] = NUMBER(1.0);
        year[Y_USAGE] = used;
        year[Y_GROWTH] = growth;
        year[Y_CROSS_SALES] = cross;
        year[Y_PREMIUM] = premium;
        year[Y_DISCOUNTED] = tenure < discount_months ? quantity : NUMBER(0.0);
        year[Y_SERVICE] = served ? units : NUMBER(0.0);
        year[Y_SERVICE + 1] = NUMBER(0.0);
        cell[C_CUSTOMERS] = NUMBER(1.0);
        cell[C_CONTRIBUTION] = contribution;
        cell[C_SATISFACTION] = satisfaction[i];
        cell[C_TRUST] = t;
    }
}

/* Let a block tell and climb, and work out where it is booked. */
static void climb(const struct month *l, struct space *s, int64_t lo, int n)
{
    const double *m = l->m;
    const struct columns *c = l->c;
    const float *satisfaction = c->satisfaction + lo, *trust = c->trust + lo;
    const float *orientation = c->orientation + lo;
    int32_t *purchases = c->purchases + lo;
    const float warn_satisfaction = (float)m[M_WARN_SATISFACTION];
    const float recommend_trust = (float)m[M_RECOMMEND_TRUST];
    const float dissatisfied_below = (float)m[M_DISSATISFIED_BELOW];
    const float supporter = (float)m[M_SUPPORTER_TRUST], advocate = (float)m[M_ADVOCATE_TRUST];
    const float partner = (float)m[M_PARTNER_TRUST], co_operative = (float)m[M_PARTNER_ORIENTATION];
    const int client_from = (int)ceil(m[M_CLIENT_PURCHASES]);
    const int advocate_from = (int)ceil(m[M_ADVOCATE_RECOMMENDATIONS]);
    const int partner_from = (int)ceil(m[M_PARTNER_RECOMMENDATIONS]);
    const int warn_below = (int)ceil(m[M_WARN_RATE] * 0x1p20 - 0.5);
    const uint32_t leave_below = (uint32_t)ceil(m[M_TURNOVER] * 0x1p32 - 0.5);
    const float needs = (float)m[M_NEEDS];
    EACH (i, n) {
        const int supplier = s->supplier[i];
        const int u = (int32_t)(s->word[3][i] >> 12);
        const int warns = satisfaction[i] <= warn_satisfaction;
        const int rate = s->recommend_below[i];
        const int willing = trust[i] >= recommend_trust ? rate : 0;
        const int speaks_below = warns ? warn_below : willing;
        const int said = supplier + (warns ? N_WARNING_OFFSET : 0);
        const int says = u < speaks_below ? said : 0;
        s->saying[i] = supplier > 0 ? says : 0;
    }
    EACH (i, n)
        s->leaving[i] = s->word[2][i] < leave_below ? 1 : 0;
    EACH (i, n) {
        const int supplier = s->supplier[i], served = supplier > 0, leaves = s->leaving[i];
        const int saying = s->saying[i];
        const int acts = s->recommendations[i] + ((saying > 0) & (saying < N_WARNING_OFFSET));
        const int recommendations = acts > 255 ? 255 : acts, bought = purchases[i] + served;
        const float t = trust[i], needing = orientation[i] + needs;
        const float above = needing > 0.0f ? needing : 0.0f, oriented = above < 1.0f ? above : 1.0f;
        const int client = bought >= client_from;
        const int supports = client & (t >= supporter);
        const int advocates = supports & (t >= advocate) & (recommendations >= advocate_from);
        const int partners = advocates & (t >= partner) & (recommendations >= partner_from) &
                             (oriented >= co_operative);
        const int stands = 1 + client + supports + advocates + partners;
        const int rung = served & !leaves ? stands : 0;
        const int dissatisfied = satisfaction[i] < dissatisfied_below;
        purchases[i] = bought;
        s->recommendations[i] = recommendations;
        s->rung[i] = rung;
        s->year[i] = (supplier * N_YEARS + tenure_year(s->tenure[i])) * YEAR_SUMS;
        s->cell[i] = ((supplier * N_RUNGS + rung) * N_TIERS + s->tier[i]) * CELL_SUMS;
        s->step[i] = (supplier * N_RUNGS + s->rung_before[i]) * N_RUNGS + rung;
        s->notable[i] = ((s->trouble[i] > 0) | (saying > 0) | dissatisfied) & served;
    }
}

static void book(const struct month *l, struct space *s, struct sums *sums, int64_t lo, int n)
{
    const struct accounts *a = l->a;
    for (int i = 0; i < n; i++) {
        double *year = sums->years + s->year[i], *cell = sums->cells + s->cell[i];
        const real *of_year = s->years + i * YEAR_SUMS, *of_cell = s->cells + i * CELL_SUMS;
        double y[YEAR_SUMS], d[CELL_SUMS];
        for (int k = 0; k < YEAR_SUMS; k++)
            y[k] = year[k] + of_year[k];
        for (int k = 0; k < CELL_SUMS; k++)
            d[k] = cell[k] + of_cell[k];
        for (int k = 0; k < YEAR_SUMS; k++)
            year[k] = y[k];
        for (int k = 0; k < CELL_SUMS; k++)
            cell[k] = d[k];
        sums->steps[s->step[i]]++;
    }
    int count = 0;
    for (int i = 0; i < n; i++) {
        s->index[count] = i;
        count += s->notable[i];
    }
    const float dissatisfied_below = (float)l->m[M_DISSATISFIED_BELOW];
    for (int k = 0; k < count; k++) {
        const int i = s->index[k], firm = s->supplier[i], saying = s->saying[i];
        book_trouble(a, firm, s->trouble[i]);
        FIRM(firm, F_RECOMMENDATIONS) += (saying > 0) & (saying < N_WARNING_OFFSET);
        FIRM(firm, F_WARNINGS) += saying >= N_WARNING_OFFSET;
        FIRM(firm, F_DISSATISFIED) +=
            (l->c->satisfaction[lo + i] < dissatisfied_below) & (s->rung[i] > 0);
    }
}

/* Let customers leave the market for good, a newcomer in each one's place, and grow older. */
static void turn_over(const struct month *l, struct space *s, int64_t lo, int n)
{
    const struct accounts *a = l->a;
    const int count = places(s, s->leaving, n);
    for (int k = 0; k < count; k++) {
        const int i = s->index[k], firm = s->supplier[i];
        FIRM(firm, F_LEFT_MARKET) += 1.0;
        FIRM(firm, F_LEFT_AT_ONCE) += s->tenure[i] == 0;
        YEAR(firm, tenure_year(s->tenure[i]))[Y_LEFT_MARKET] += 1.0;
        s->supplier[i] = s->tier[i] = s->bound[i] = s->rung[i] = s->saying[i] = 0;
        s->recommendations[i] = s->tenure[i] = 0;
        l->c->satisfaction[lo + i] = l->c->trust[lo + i] = 0.0f;
        l->c->purchases[lo + i] = 0;
        l->c->came_through[lo + i] = NOBODY;
        draw_traits(l->c, l->q, l->segments, l->luck, lo + i);
    }
}

static void give_back(const struct month *l, struct space *s, int64_t lo, int n)
{
    const struct columns *c = l->c;
    uint8_t *supplier = c->supplier + lo, *tier = c->tier + lo, *rung = c->rung + lo;
    uint8_t *bound = c->bound + lo, *saying = c->saying + lo;
    uint8_t *recommendations = c->recommendations + lo;
    uint16_t *tenure = c->tenure + lo;
    EACH (i, n)
        supplier[i] = (uint8_t)s->supplier[i];
    EACH (i, n)
        tier[i] = (uint8_t)s->tier[i];
    EACH (i, n)
        rung[i] = (uint8_t)s->rung[i];
    EACH (i, n)
        bound[i] = (uint8_t)s->bound[i];
    EACH (i, n)
        saying[i] = (uint8_t)s->saying[i];
    EACH (i, n)
        recommendations[i] = (uint8_t)s->recommendations[i];
    EACH (i, n) {
        const int older = s->tenure[i] + (s->supplier[i] > 0);
        tenure[i] = (uint16_t)(older < N_LONGEST_TENURE ? older : N_LONGEST_TENURE);
    }
}

/* Add a chunk's sums to the accounts, and empty them. */
static void fold(const struct month *l, struct sums *sums)
{
    const struct accounts *a = l->a;
    const int firms = l->firms + 1;
    for (int row = 0; row < firms * N_YEARS; row++)
        for (int k = 0; k < YEAR_SUMS - 1; k++)
            a->years[row * N_YEAR_FIELDS + k] += sums->years[row * YEAR_SUMS + k];
    for (int k = 0; k < firms * N_RUNGS * N_TIERS * CELL_SUMS; k++)
        a->cells[k] += sums->cells[k];
    for (int k = 0; k < firms * N_RUNGS * N_RUNGS; k++)
        a->steps[k] += sums->steps[k];
    memset(sums->years, 0, sizeof(double) * (size_t)(firms * N_YEARS * YEAR_SUMS));
    memset(sums->cells, 0, sizeof(double) * (size_t)(firms * N_RUNGS * N_TIERS * CELL_SUMS));
    memset(sums->steps, 0, sizeof(int32_t) * (size_t)(firms * N_RUNGS * N_RUNGS));
}

#ifdef PROFILE
enum {
    TAKE, DRAW, MEET, EXPERIENCE, CHOOSE, MOVE, TRADE, CLIMB, BOOK, TURN_OVER, GIVE_BACK, N_PASSES
};
const int passes = N_PASSES;
const char *const names[N_PASSES] = {
    "take", "draw", "meet terms", "experience and reconsider", "choose", "move",
    "buy, pay and serve", "tell and climb", "book", "turn over", "give back",
};
double seconds[N_PASSES];

static inline double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#define TIMED(pass, work) \
    do { \
        const double start = now(); \
        work; \
        seconds[pass] += now() - start; \
    } while (0)
#else
#define TIMED(pass, work) work
#endif

/* Let the customers live one month. The accounts are added to; they come empty. */
void live(const struct columns *c, const struct network *net, const struct traits *q,
          const double *terms, const double *m, const struct accounts *a,
          const struct luck *luck, int64_t size, int64_t firms, int64_t segments)
{
    /* Kept from month to month: to ask the system for memory takes longer than a small market. */
    static struct month the_month;
    static struct space the_space;
    static struct sums the_sums; /* empty: folding leaves them so */
    struct month *l = &the_month;
    struct space *s = &the_space;
    struct sums *sums = &the_sums;
    l->c = c, l->net = net, l->q = q, l->terms = terms, l->m = m, l->a = a, l->luck = luck;
    l->firms = (int)firms, l->segments = (int)segments, l->service_share = service_share(m);
    lay_table(l);
    for (int64_t lo = 0; lo < size; lo += BLOCK) {
        const int n = size - lo < BLOCK ? (int)(size - lo) : BLOCK;
        int count = 0;
        TIMED(TAKE, take(l, s, lo, n));
        TIMED(DRAW, draw(l, s, lo, n));
        TIMED(MEET, meet(l, s, n));
        TIMED(EXPERIENCE, experience(l, s, lo, n));
        TIMED(CHOOSE, count = choose(l, s, lo, n));
        TIMED(MOVE, move(l, s, lo, count));
        TIMED(TRADE, trade(l, s, lo, n));
        TIMED(CLIMB, climb(l, s, lo, n));
        TIMED(BOOK, book(l, s, sums, lo, n));
        TIMED(TURN_OVER, turn_over(l, s, lo, n));
        TIMED(GIVE_BACK, give_back(l, s, lo, n));
        if ((lo + BLOCK) % CHUNK == 0 || lo + BLOCK >= size)
            fold(l, sums);
    }
}
