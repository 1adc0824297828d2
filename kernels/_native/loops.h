/* The loops, for one kind of numbers: included once for each, with REAL its type and OF(name) its names.
   Pragmas of OpenMP count only where it is asked for. */

#define SUMMED 4096 /* terms of one sum: a single sum of a million terms loses digits in float32 */

static inline REAL OF(dot)(const REAL *restrict a, const REAL *restrict b, size_t n)
{
    REAL total = 0;
    for (size_t j = 0; j < n; j++)
        total += a[j] * b[j];
    return total;
}

static void OF(predict)(const REAL *restrict X, const REAL *restrict theta, REAL *restrict out, size_t m, size_t n)
{
#pragma omp parallel for if (IS_LARGE(m, n)) schedule(static)
    for (size_t i = 0; i < m; i++)
        out[i] = OF(dot)(X + i * n, theta, n);
}

static void OF(residuals)(const REAL *restrict X, const REAL *restrict y, const REAL *restrict theta,
                          REAL *restrict out, size_t m, size_t n)
{
#pragma omp parallel for if (IS_LARGE(m, n)) schedule(static)
    for (size_t i = 0; i < m; i++)
        out[i] = y[i] - OF(dot)(X + i * n, theta, n);
}

static REAL OF(squares)(const REAL *restrict X, const REAL *restrict y, const REAL *restrict theta, size_t m, size_t n)
{
    REAL total = 0;
#pragma omp parallel for if (IS_LARGE(m, n)) schedule(static) reduction(+ : total)
    for (size_t first = 0; first < m; first += SUMMED) {
        REAL part = 0;
        for (size_t i = first; i < m && i < first + SUMMED; i++) {
            REAL error = OF(dot)(X + i * n, theta, n) - y[i];
            part += error * error;
        }
        total += part;
    }
    return total;
}

static void OF(add_gradient)(const REAL *restrict X, const REAL *restrict y, const REAL *restrict theta,
                             REAL *restrict slope, size_t m, size_t n)
{
    for (size_t i = 0; i < m; i++) {
        const REAL *row = X + i * n;
        REAL error = OF(dot)(row, theta, n) - y[i];
        for (size_t j = 0; j < n; j++)
            slope[j] += error * row[j];
    }
}

/* sums: one row of `padded` numbers for each thread. */
static void OF(gradient)(const REAL *restrict X, const REAL *restrict y, const REAL *restrict theta,
                         REAL *restrict slope, REAL *restrict sums, size_t m, size_t n, size_t threads, size_t padded)
{
    memset(sums, 0, threads * padded * sizeof(REAL));
#pragma omp parallel for if (IS_LARGE(m, n)) schedule(static)
    for (size_t part = 0; part < threads; part++) {
        size_t first = part * m / threads, last = (part + 1) * m / threads;
        OF(add_gradient)(X + first * n, y + first, theta, sums + part * padded, last - first, n);
    }
    for (size_t j = 0; j < n; j++) {
        REAL total = 0;
        for (size_t part = 0; part < threads; part++)
            total += sums[part * padded + j];
        slope[j] = total * (REAL)(2.0 / m);
    }
}

static REAL OF(r2)(const REAL *restrict y, const REAL *restrict predicted, size_t m)
{
    REAL sum = 0, total = 0, unexplained = 0;
#pragma omp parallel for if (IS_LARGE(m, 2)) schedule(static) reduction(+ : sum)
    for (size_t i = 0; i < m; i++)
        sum += y[i];
    REAL mean = sum / m;
#pragma omp parallel for if (IS_LARGE(m, 2)) schedule(static) reduction(+ : total, unexplained)
    for (size_t i = 0; i < m; i++) {
        total += (y[i] - mean) * (y[i] - mean);
        unexplained += (y[i] - predicted[i]) * (y[i] - predicted[i]);
    }
    return total != 0 ? 1 - unexplained / total : (REAL)NAN;
}

/* A row of the surface at a time: rests holds what of each error does not depend on theta0. */
static void OF(cost_surface)(const REAL *restrict X, const REAL *restrict y, const REAL *restrict theta,
                             const REAL *restrict theta0, const REAL *restrict theta1, REAL *restrict surface,
                             size_t m, size_t n, size_t columns, size_t rows)
{
#pragma omp parallel for schedule(static)
    for (size_t row = 0; row < rows; row++) {
        REAL *restrict costs = surface + row * columns;
        memset(costs, 0, columns * sizeof(REAL));
        for (size_t i = 0; i < m; i++) {
            const REAL *x = X + i * n;
            REAL rest = OF(dot)(x + 2, theta + 2, n - 2) + theta1[row] * x[1] - y[i];
            for (size_t column = 0; column < columns; column++) {
                REAL error = rest + theta0[column] * x[0];
                costs[column] += error * error;
            }
        }
        for (size_t column = 0; column < columns; column++)
            costs[column] /= m;
    }
}
