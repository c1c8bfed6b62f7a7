// What Python's floats can do and JavaScript's numbers cannot, or do otherwise.

const python = {
  // C's pow, and so Python's, has 1 where JavaScript has NaN.
  pow: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b)),
  exp2: (x) => Math.pow(2, x),
  fmod: (a, b) => a % b,
  // With the sign of b, where JavaScript's has that of a.
  mod: (a, b) => {
    const rest = a % b;
    if (rest === 0) return python.copysign(0, b);
    return rest < 0 !== b < 0 ? rest + b : rest;
  },
  copysign: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
  isinf: (x) => Math.abs(x) === Infinity,
  // The first of equal ones, and a NaN only where it comes first.
  max: (...xs) => xs.reduce((best, x) => (x > best ? x : best)),
  min: (...xs) => xs.reduce((best, x) => (x < best ? x : best)),
  sum: (...xs) => xs.reduce((total, x) => total + x, 0),
  // Halves go to the even neighbour.
  round: (x) => {
    const below = Math.floor(x);
    const rest = x - below;
    if (rest !== 0.5) return Number.isFinite(x) ? (rest < 0.5 ? below : below + 1) : x;
    return below % 2 === 0 ? below : below + 1;
  },
  // What is lost in each addition is added in the end (A. Neumaier, ZAMM 54, 1974, p. 39).
  fsum: (...xs) => {
    let total = 0;
    let lost = 0;
    for (const x of xs) {
      const next = total + x;
      lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
      total = next;
    }
    return Number.isFinite(total) ? total + lost : total;
  },
  // erf x = (2/√π) e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms have one sign
  // (M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 1964, 7.1.6).
  erf: (x) => {
    if (Number.isNaN(x) || x === 0) return x;
    if (Math.abs(x) > 3) return Math.sign(x) * (1 - python.erfc(Math.abs(x)));
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) total += term *= (2 * x * x) / (2 * n + 1);
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
  },
  // Far from 0 the continued fraction, from its end (7.1.14 there).
  erfc: (x) => {
    if (!(x > 2)) return 1 - python.erf(x);
    if (x > 28) return 0;
    let rest = 0;
    for (let n = 80; n > 0; n--) rest = n / 2 / (x + rest);
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + rest);
  },
  // C. Lanczos, "A Precision Approximation of the Gamma Function", SIAM J. Numer. Anal. B 1, 1964; g = 7, nine terms.
  gamma: (x) => {
    if (x === -Infinity || (x <= 0 && x === Math.floor(x))) return x === 0 ? 1 / x : NaN;
    if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * python.gamma(1 - x));
    if (x > 171.7) return x > 0 ? Infinity : NaN;
    if (x === Math.floor(x) && x < 24) {
      let product = 1;
      for (let n = 2; n < x; n++) product *= n;
      return product;
    }
    const t = x + 6.5;
    const power = Math.pow(t, (x - 0.5) / 2); // in two halves, which do not overflow
    return Math.sqrt(2 * Math.PI) * power * Math.exp(-t) * power * lanczos(x);
  },
  lgamma: (x) => {
    if (Math.abs(x) === Infinity || (x <= 0 && x === Math.floor(x))) return Infinity;
    if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - python.lgamma(1 - x);
    if (x < 20) return Math.log(Math.abs(python.gamma(x)));
    const t = x + 6.5;
    return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(lanczos(x));
  },
};

const lanczos = (x) =>
  [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ].reduce((total, coefficient, i) => total + coefficient / (x + i), 0.99999999999980993);
