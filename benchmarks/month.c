/* One month of every customer as a C programmer would first write it: one loop, one customer at
 * a time, branches where the rules branch, the whole of the month in one pass over memory.
 *
 * The rules, the columns, the draws (Philox 4x32-10 with the same counters and key) and the
 * accounts are those of relsim in a contractual market whose customers stay by their
 * relationship, so the outcome is relsim's, but for the rounding of exp and log.
 */
#include "common.h"

static inline double clip01(double x)
{
    return fmin(fmax(x, 0.0), 1.0);
}

static inline double fit(double orientation, double offer)
{
    return 1.0 - 2.0 * fabs(orientation - offer);
}

static inline double either(double a, double b)
{
    return 1.0 - (1.0 - a) * (1.0 - b);
}

/* Let customer i choose: return the firm that it takes, 0 for none, and through what. */
static int choose(const struct columns *c, const struct network *net, const double *terms,
                  const double *m, const struct luck *luck, int firms, int64_t i, int supplier,
                  double satisfaction, double trust, int *through)
{
    double unmoved[N_MOST_FIRMS + 1], standing[N_MOST_FIRMS + 1];
    uint32_t chance[4], taste[4];
    for (int g = 1; g <= firms; g++)
        unmoved[g] = standing[g] = 1.0;
    for (uint32_t edge = net->start[i]; edge < net->start[i + 1]; edge++) {
        const int word = c->said[net->neighbour[edge]];
        if (word >= N_WARNING_OFFSET)
            standing[word - N_WARNING_OFFSET] *= 1.0 - m[M_WARNING];
        else if (word > 0)
            unmoved[word] *= 1.0 - m[M_PERSUASION];
    }
    const double orientation = clip01(c->orientation[i] + m[M_NEEDS]);
    const double sensitivity = m[M_PRICE_WEIGHT] * c->price_sensitivity[i];
    words(luck, (uint32_t)i, P_OUTSIDE, taste);
    double earliest = -log(uniform(taste[0])) * exp(-m[M_OUTSIDE_UTILITY]);
    int winner = 0;
    *through = NOBODY;
    int options = supplier;
    for (int g = 1; g <= firms; g++) {
        const int group = (g - 1) / 4, member = (g - 1) % 4;
        if (member == 0) {
            words(luck, (uint32_t)i, (uint32_t)(P_CONSIDER + group), chance);
            words(luck, (uint32_t)i, (uint32_t)(P_TASTE + group), taste);
        }
        const double *t = TERMS_OF(terms, g, 0);
        int way = NOBODY;
        if (g == supplier) {
            way = INCUMBENT;
        } else {
            double reach = t[T_REACH_RIVALS];
            if (satisfaction < m[M_DISSATISFIED_BELOW])
                reach = either(reach, t[T_REACH_DISSATISFIED]);
            if (supplier == 0)
                reach = t[T_REACH_PROSPECTS];
            const double u = uniform(chance[member]);
            const double recommended = 1.0 - unmoved[g];
            if (u < standing[g] * recommended)
                way = REFERRAL;
            else if (u < standing[g] * either(recommended, reach))
                way = REACH;
            else if (u < standing[g] * either(either(recommended, reach), t[T_AWARENESS]))
                way = AWARENESS;
        }
        if (way == NOBODY)
            continue;
        options += way;
        const double felt =
            g == supplier ? (1.0 + m[M_PREMIUM] * trust) * (1.0 - m[M_PRICE_TOLERANCE] * trust)
                          : 1.0 - t[T_DISCOUNT];
        double utility = t[T_APPEAL] - sensitivity * t[T_RELATIVE_PRICE] * felt +
                         m[M_CHOICE_FIT_WEIGHT] * fit(orientation, t[T_OFFER]);
        if (g == supplier)
            utility += m[M_SATISFACTION_WEIGHT] * (satisfaction - 0.5) +
                       m[M_TRUST_WEIGHT] * trust + t[T_SWITCHING_COST];
        const double arrival = -log(uniform(taste[member])) * exp(-utility);
        if (arrival < earliest) {
            earliest = arrival;
            winner = g;
            *through = way;
        }
    }
    return options > 0 ? winner : 0;
}

/* Let the customers live one month. The accounts are added to; they come empty. */
void live(const struct columns *c, const struct network *net, const struct traits *q,
          const double *terms, const double *m, const struct accounts *a,
          const struct luck *luck, int64_t size, int64_t firms, int64_t segments)
{
    const double width = 3.4641016151377544; /* sqrt(12): deviation 1 */
    const double discount_months = fmin(m[M_DISCOUNT_MONTHS], luck->month);
    for (int64_t i = 0; i < size; i++) {
        int supplier = c->supplier[i], tier = c->tier[i], rung_before = c->rung[i];
        int bound = c->bound[i], trouble = 0, recommendations = c->recommendations[i];
        double satisfaction = c->satisfaction[i], trust = c->trust[i];
        double tenure = c->tenure[i];
        int64_t purchases = c->purchases[i];
        const double orientation = clip01(c->orientation[i] + m[M_NEEDS]);
        const double *t = TERMS_OF(terms, supplier, tier);
        uint32_t w[4];
        words(luck, (uint32_t)i, P_MONTH, w);

        /* Live the month with the supplier. */
        if (supplier > 0) {
            const double u = uniform(w[0]);
            const double complained = t[T_FAILURE_RATE] * m[M_COMPLAINT_RATE];
            trouble = (u < t[T_FAILURE_RATE]) + (u < complained) + (u < complained * t[T_RECOVERY]);
            const double loss = trouble == 1 || trouble == 2 ? m[M_SEVERITY] : 0.0;
            const double mood = ((w[3] & 0xFFF) + 0.5) * 0x1p-12;
            const double lived =
                clip01(t[T_SERVICE] + m[M_FIT_WEIGHT] * fit(orientation, t[T_OFFER]) - loss +
                       m[M_NOISE] * width * (mood - 0.5));
            const double felt = satisfaction + m[M_LEARNING_RATE] * (lived - satisfaction);
            trust += (felt > trust ? m[M_BUILD_RATE] : m[M_BREAK_RATE]) * (felt - trust);
            satisfaction = (float)felt;
            trust = (float)trust;
        }

        /* Reconsider, choose and move. */
        int open = supplier == 0;
        if (!open && bound <= 1) {
            const double conquest = satisfaction < m[M_DISSATISFIED_BELOW] ? t[T_CONQUEST] : 0.0;
            const double felt = t[T_RELATIVE_PRICE] * (1.0 + m[M_PREMIUM] * trust) *
                                (1.0 - m[M_PRICE_TOLERANCE] * trust);
            const double push = m[M_PRICE_EFFECT] * c->price_sensitivity[i] * (felt - 1.0);
            const double pull = t[T_PULL] - conquest - push;
            const double x = m[M_BASE] - m[M_SATISFACTION_EFFECT] * (satisfaction - 0.5) -
                             m[M_TRUST_EFFECT] * trust - pull;
            open = uniform(w[1]) < 1.0 / (1.0 + exp(-x));
        }
        bound -= bound > 0;
        if (open) {
            int through;
            const int after = choose(c, net, terms, m, luck, (int)firms, i, supplier,
                                     satisfaction, trust, &through);
            if (supplier > 0)
                FIRM(supplier, F_RECONSIDERED) += 1.0;
            if (after != supplier) {
                a->flows[supplier * (firms + 1) + after] += 1.0;
                a->sources[after * 4 + through] += 1.0;
                if (supplier > 0) {
                    YEAR(supplier, tenure_year((int)tenure))[Y_LOST] += 1.0;
                    STEP(supplier, rung_before, 0) += 1.0;
                    book_trouble(a, supplier, trouble);
                }
                c->came_through[i] = (uint8_t)through;
                supplier = after;
                tier = supplier > 0 ? ORDINARY : 0;
                satisfaction = supplier > 0 ? (float)m[M_START_SATISFACTION] : 0.0;
                trust = supplier > 0 ? (float)m[M_START_TRUST] : 0.0;
                tenure = 0.0;
                rung_before = trouble = recommendations = 0;
                purchases = 0;
            }
            t = TERMS_OF(terms, supplier, tier);
            bound = t[T_CONTRACT] > 1.0 ? (int)t[T_CONTRACT] : 0;
        }

        /* Buy, pay, be served and be reviewed. */
        const double growth_potential = c->growth_potential[i];
        const double used = supplier > 0 ? c->usage[i] * m[M_USAGE_FACTOR] : 0.0;
        const double growth = used * m[M_VOLUME_GROWTH] * growth_potential * trust;
        const double cross = used * m[M_CROSS_SALE_SIZE] * m[M_CROSS_SALE_RATE] * trust;
        const double quantity = used + growth + cross;
        const double premium = quantity * m[M_PREMIUM] * trust;
        const double units = c->service_demand[i] *
                             (1.0 - m[M_LEARNING] * (1.0 - exp(-tenure / m[M_LEARNING_MONTHS])));
        const double contribution = t[T_GROSS_MARGIN] * quantity + t[T_PRICE] * premium -
                                    t[T_SERVICE_COST] * units;
        purchases += supplier > 0;
        if (supplier > 0) {
            const double seen = contribution + t[T_VALUATION_ERROR] * c->misjudgement[i];
            tier = growth_potential >= m[M_GROWABLE_FROM] ? GROWABLE : ORDINARY;
            if (seen >= t[T_MOST_VALUABLE_FROM])
                tier = MOST_VALUABLE;
            if (seen < 0.0)
                tier = BELOW_ZERO;
        }

        /* Tell, and climb. */
        int saying = 0, rung = 0;
        const int leaves = uniform(w[2]) < m[M_TURNOVER];
        if (supplier > 0) {
            const double u = ((w[3] >> 12) + 0.5) * 0x1p-20;
            if (satisfaction <= m[M_WARN_SATISFACTION]) {
                if (u < m[M_WARN_RATE])
                    saying = supplier + N_WARNING_OFFSET;
            } else if (trust >= m[M_RECOMMEND_TRUST] && u < t[T_RECOMMEND_RATE]) {
                saying = supplier;
                recommendations += recommendations < 255;
            }
            if (!leaves) {
                rung = 1;
                if (purchases >= m[M_CLIENT_PURCHASES]) {
                    rung = 2;
                    if (trust >= m[M_SUPPORTER_TRUST]) {
                        rung = 3;
                        if (trust >= m[M_ADVOCATE_TRUST] &&
                            recommendations >= m[M_ADVOCATE_RECOMMENDATIONS]) {
                            rung = 4;
                            if (trust >= m[M_PARTNER_TRUST] &&
                                recommendations >= m[M_PARTNER_RECOMMENDATIONS] &&
                                orientation >= m[M_PARTNER_ORIENTATION])
                                rung = 5;
                        }
                    }
                }
            }
        }

        /* Be booked. */
        double *year = YEAR(supplier, tenure_year((int)tenure));
        year[Y_CUSTOMER_MONTHS] += 1.0;
        year[Y_USAGE] += used;
        year[Y_GROWTH] += growth;
        year[Y_CROSS_SALES] += cross;
        year[Y_PREMIUM] += premium;
        year[Y_DISCOUNTED] += tenure < discount_months ? quantity : 0.0;
        year[Y_SERVICE] += supplier > 0 ? units : 0.0;
        double *cell = CELL(supplier, rung, tier);
        cell[C_CUSTOMERS] += 1.0;
        cell[C_CONTRIBUTION] += contribution;
        cell[C_SATISFACTION] += satisfaction;
        cell[C_TRUST] += trust;
        STEP(supplier, rung_before, rung) += 1.0;
        if (supplier > 0) {
            if (trouble > 0)
                book_trouble(a, supplier, trouble);
            if (saying > 0)
                FIRM(supplier, saying >= N_WARNING_OFFSET ? F_WARNINGS : F_RECOMMENDATIONS) += 1.0;
            if (satisfaction < m[M_DISSATISFIED_BELOW] && rung > 0)
                FIRM(supplier, F_DISSATISFIED) += 1.0;
        }

        /* Leave the market for good, a newcomer in one's place, or grow older. */
        if (leaves) {
            FIRM(supplier, F_LEFT_MARKET) += 1.0;
            FIRM(supplier, F_LEFT_AT_ONCE) += tenure == 0.0;
            YEAR(supplier, tenure_year((int)tenure))[Y_LEFT_MARKET] += 1.0;
            supplier = tier = bound = rung = saying = recommendations = 0;
            satisfaction = trust = tenure = 0.0;
            purchases = 0;
            c->came_through[i] = NOBODY;
            draw_traits(c, q, (int)segments, luck, i);
        }
        tenure = fmin(tenure + (supplier > 0), N_LONGEST_TENURE);

        c->supplier[i] = (uint8_t)supplier;
        c->tier[i] = (uint8_t)tier;
        c->rung[i] = (uint8_t)rung;
        c->bound[i] = (uint8_t)bound;
        c->saying[i] = (uint8_t)saying;
        c->recommendations[i] = (uint8_t)recommendations;
        c->tenure[i] = (uint16_t)tenure;
        c->purchases[i] = (int32_t)purchases;
        c->satisfaction[i] = (float)satisfaction;
        c->trust[i] = (float)trust;
    }
}
