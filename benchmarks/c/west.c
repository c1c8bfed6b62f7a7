/* An interpreter of the graph of benchmarks/rows/west.py: one tape, doubles, plain loops, as one writes it in C.
   kind 0: softplus of one; 1: the sum of four; 2: a product of two; 3: the softmax of four, which makes four nodes.
   (A. Rogozhnikov, "Fastest Autograd in the West", 2023.) */

#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

void flush_denormals(int on) {
#if defined(__x86_64__)
    unsigned int state = _mm_getcsr();
    _mm_setcsr(on ? state | 0x8040u : state & ~0x8040u);
#else
    (void)on;
#endif
}

/* kinds[k], inputs[4 * k ..], outputs[k]: the first node that operation k makes. */
double run(int operations, int nodes, const int *kinds, const int *inputs, const int *outputs, double *value,
           double *gradient) {
    for (int k = 0; k < operations; k++) {
        const int *in = inputs + 4 * k;
        double *out = value + outputs[k];
        switch (kinds[k]) {
        case 0: {
            double x = value[in[0]];
            *out = (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
            break;
        }
        case 1: {
            double total = 0;
            for (int i = 0; i < 4; i++) total += value[in[i]];
            *out = total;
            break;
        }
        case 2:
            *out = value[in[0]] * value[in[1]];
            break;
        default: {
            double top = value[in[0]], total = 0;
            for (int i = 1; i < 4; i++) top = value[in[i]] > top ? value[in[i]] : top;
            for (int i = 0; i < 4; i++) total += out[i] = exp(value[in[i]] - top);
            for (int i = 0; i < 4; i++) out[i] /= total;
        }
        }
    }
    memset(gradient, 0, sizeof(double) * (size_t)nodes);
    gradient[nodes - 1] = 1;
    for (int k = operations - 1; k >= 0; k--) {
        const int *in = inputs + 4 * k;
        const double *out = value + outputs[k], *g = gradient + outputs[k];
        switch (kinds[k]) {
        case 0:
            gradient[in[0]] += *g / (1 + exp(-value[in[0]]));
            break;
        case 1:
            for (int i = 0; i < 4; i++) gradient[in[i]] += *g;
            break;
        case 2:
            gradient[in[0]] += *g * value[in[1]];
            gradient[in[1]] += *g * value[in[0]];
            break;
        default: {
            double inner = 0;
            for (int i = 0; i < 4; i++) inner += g[i] * out[i];
            for (int i = 0; i < 4; i++) gradient[in[i]] += out[i] * (g[i] - inner);
        }
        }
    }
    return value[nodes - 1];
}
