const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE])|([KMGTPE])i|[eE]([+-]?\d+))?$/;

const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** The power of ten of the smallest unit, and the powers of the largest ones. */
const SMALLEST = -9;
const LARGEST = 18;
/** The largest value; API servers reduce others to it. */
const MAX = 2n ** 63n - 1n;
/** Digits and exponents of which the value is computed; others stay as they are written. */
const MAX_LENGTH = 60;
const MAX_EXPONENT = 30;

/**
 * A quantity as API servers store it: `1000m` is `1`, `0.5Gi` is `512Mi`. No fraction, the largest suffix that allows it, and
 * nothing below a billionth, to which it is rounded up.
 */
export function canonicalQuantity(text: string): string {
  const quantity = text.length > MAX_LENGTH ? undefined : parse(text);
  if (!quantity) return text;
  const { isNegative, nanos } = quantity;
  return (isNegative && nanos > 0n ? '-' : '') + written(quantity);
}

interface Quantity {
  readonly isNegative: boolean;
  readonly nanos: bigint;
  readonly form: 'decimal' | 'binary' | 'exponent';
}

/** undefined for a quantity that stays as it is written. */
function parse(text: string): Quantity | undefined {
  const [, sign, whole = '', fraction = '', decimal = '', binary, exponent] = FORM.exec(text) ?? [];
  const power = Number(exponent ?? 3 * (DECIMAL.indexOf(decimal) - 3));
  if (whole + fraction === '' || Math.abs(power) > MAX_EXPONENT) return undefined;
  const unit = 1024n ** BigInt(binary === undefined ? 0 : BINARY.indexOf(`${binary}i`));
  const nanos = scaled(BigInt(whole + fraction) * unit, power - fraction.length - SMALLEST);
  return { isNegative: sign === '-', nanos: limited(nanos), form: formOf(binary, exponent) };
}

function formOf(binary: string | undefined, exponent: string | undefined): Quantity['form'] {
  if (binary !== undefined) return 'binary';
  return exponent === undefined ? 'decimal' : 'exponent';
}

/** The absolute value; fractions, and what is less than 1024, have no binary suffix. */
function written({ nanos, form }: Quantity): string {
  if (form === 'exponent') return withExponent(nanos);
  const isBinary = form === 'binary' && nanos % NANOS === 0n && nanos >= 1024n * NANOS;
  return isBinary ? withSuffix(nanos / NANOS, 1024n, BINARY) : withSuffix(nanos, 1000n, DECIMAL);
}

const NANOS = 10n ** BigInt(-SMALLEST);

/** The value times a power of ten, rounded up. */
function scaled(value: bigint, power: number): bigint {
  if (power >= 0) return value * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return (value + divisor - 1n) / divisor;
}

function limited(nanos: bigint): bigint {
  return nanos / NANOS > MAX ? MAX * NANOS : nanos;
}

/** The number with the largest suffix that leaves no fraction. The suffixes are by powers of `base`. */
function withSuffix(value: bigint, base: bigint, suffixes: readonly string[]): string {
  if (value === 0n) return '0';
  let rest = value;
  let at = 0;
  while (at < suffixes.length - 1 && rest % base === 0n) {
    rest /= base;
    at += 1;
  }
  return `${rest}${suffixes[at]}`;
}

/** The number with an exponent that is a multiple of three: `1e3`. */
function withExponent(nanos: bigint): string {
  if (nanos === 0n) return '0';
  let rest = nanos;
  let power = SMALLEST;
  while (power < LARGEST && rest % 1000n === 0n) {
    rest /= 1000n;
    power += 3;
  }
  return power === 0 ? String(rest) : `${rest}e${power}`;
}
