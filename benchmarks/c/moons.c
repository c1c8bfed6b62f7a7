/* One step of micrograd's moons demo in plain loops: a 2-16-16-1 network with relu, hinge loss and L2, and its gradient.

   Parameters stand as micrograd lists them: for each layer, for each neuron, its weights and then its bias. */

#define INPUTS 2
#define HIDDEN 16
#define FIRST (HIDDEN * (INPUTS + 1))
#define SECOND (HIDDEN * (HIDDEN + 1))
#define PARAMETERS (FIRST + SECOND + HIDDEN + 1)

static double layer(const double *p, const double *x, int inputs) {
    double sum = p[inputs];
    for (int i = 0; i < inputs; i++) sum += p[i] * x[i];
    return sum;
}

double step(int samples, double l2, const double *x, const double *y, const double *p, double *gradient) {
    const double *second = p + FIRST, *last = second + SECOND;
    double *d_second = gradient + FIRST, *d_last = d_second + SECOND, loss = 0, squares = 0;
    for (int k = 0; k < PARAMETERS; k++) {
        squares += p[k] * p[k];
        gradient[k] = 2 * l2 * p[k];
    }
    for (int s = 0; s < samples; s++, x += INPUTS) {
        double a[HIDDEN], b[HIDDEN], da[HIDDEN] = {0};
        for (int j = 0; j < HIDDEN; j++) {
            double z = layer(p + j * (INPUTS + 1), x, INPUTS);
            a[j] = z > 0 ? z : 0;
        }
        for (int j = 0; j < HIDDEN; j++) {
            double z = layer(second + j * (HIDDEN + 1), a, HIDDEN);
            b[j] = z > 0 ? z : 0;
        }
        double margin = 1 - y[s] * layer(last, b, HIDDEN);
        if (margin <= 0) continue;
        loss += margin;
        double g = -y[s] / samples;
        d_last[HIDDEN] += g;
        for (int j = 0; j < HIDDEN; j++) d_last[j] += g * b[j];
        for (int j = 0; j < HIDDEN; j++) {
            if (b[j] <= 0) continue;
            double h = g * last[j];
            const double *w = second + j * (HIDDEN + 1);
            double *dw = d_second + j * (HIDDEN + 1);
            dw[HIDDEN] += h;
            for (int i = 0; i < HIDDEN; i++) {
                dw[i] += h * a[i];
                da[i] += h * w[i];
            }
        }
        for (int j = 0; j < HIDDEN; j++) {
            if (a[j] <= 0) continue;
            double *dw = gradient + j * (INPUTS + 1);
            dw[INPUTS] += da[j];
            for (int i = 0; i < INPUTS; i++) dw[i] += da[j] * x[i];
        }
    }
    return loss / samples + l2 * squares;
}
