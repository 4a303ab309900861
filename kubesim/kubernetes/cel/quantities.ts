import type { Environment } from '@marcbachmann/cel-js';

/** A quantity, exact to a billionth. */
class Quantity {
  constructor(readonly nanos: bigint) {}
}

const NANOS = 1_000_000_000n;
const FORM = /^([+-]?)(\d{1,40})?(?:\.(\d{0,40}))?(n|u|m|k|Ki|Mi|Gi|Ti|Pi|Ei|M|G|T|P|E|[eE][+-]?\d{1,2})?$/;

/** Each suffix as nanos in a unit. */
const SUFFIXES: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1000n,
  m: 1_000_000n,
  ...Object.fromEntries(
    ['', 'k', 'M', 'G', 'T', 'P', 'E'].map((suffix, i) => [suffix, NANOS * 1000n ** BigInt(i)]),
  ),
  ...Object.fromEntries(
    ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, i) => [suffix, NANOS * 1024n ** BigInt(i + 1)]),
  ),
};

function parse(text: string): Quantity | undefined {
  const [, sign, whole = '', fraction = '', suffix = ''] = FORM.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '') return undefined;
  const unit = SUFFIXES[suffix] ?? powerOfTen(Number(suffix.slice(1)));
  const amount = (BigInt(whole + fraction) * unit) / 10n ** BigInt(fraction.length);
  return new Quantity(sign === '-' ? -amount : amount);
}

function powerOfTen(exponent: number): bigint {
  return exponent < 0 ? NANOS / 10n ** BigInt(-exponent) : NANOS * 10n ** BigInt(exponent);
}

function parsed(text: string): Quantity {
  const quantity = parse(text);
  if (quantity) return quantity;
  throw new Error(
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  );
}

/** Kubernetes' quantities: `quantity('500m').isLessThan(quantity('1'))`. */
export function registerQuantities(environment: Environment): void {
  const compare = ({ nanos: a }: Quantity, { nanos: b }: Quantity) => (a < b ? -1n : a > b ? 1n : 0n);
  environment
    .registerType('kubernetes.Quantity', Quantity)
    .registerFunction('quantity(string): kubernetes.Quantity', parsed)
    .registerFunction('isQuantity(string): bool', (text: string) => parse(text) !== undefined)
    .registerFunction('kubernetes.Quantity.sign(): int', ({ nanos }: Quantity) =>
      nanos === 0n ? 0n : nanos < 0n ? -1n : 1n,
    )
    .registerFunction('kubernetes.Quantity.isInteger(): bool', ({ nanos }: Quantity) => nanos % NANOS === 0n)
    .registerFunction('kubernetes.Quantity.asInteger(): int', ({ nanos }: Quantity) => {
      if (nanos % NANOS !== 0n) throw new Error('cannot convert value to integer');
      return nanos / NANOS;
    })
    .registerFunction(
      'kubernetes.Quantity.asApproximateFloat(): double',
      ({ nanos }: Quantity) => Number(nanos) / 1e9,
    )
    .registerFunction('kubernetes.Quantity.compareTo(kubernetes.Quantity): int', compare)
    .registerFunction(
      'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool',
      (a: Quantity, b: Quantity) => a.nanos < b.nanos,
    )
    .registerFunction(
      'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool',
      (a: Quantity, b: Quantity) => a.nanos > b.nanos,
    )
    .registerFunction(
      'kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity',
      (a: Quantity, b: Quantity) => new Quantity(a.nanos + b.nanos),
    )
    .registerFunction(
      'kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity',
      (a: Quantity, b: Quantity) => new Quantity(a.nanos - b.nanos),
    )
    .registerFunction(
      'kubernetes.Quantity.add(int): kubernetes.Quantity',
      (a: Quantity, b: bigint) => new Quantity(a.nanos + b * NANOS),
    )
    .registerFunction(
      'kubernetes.Quantity.sub(int): kubernetes.Quantity',
      (a: Quantity, b: bigint) => new Quantity(a.nanos - b * NANOS),
    )
    .registerOperator(
      'kubernetes.Quantity == kubernetes.Quantity',
      (a: Quantity, b: Quantity) => a.nanos === b.nanos,
    );
}
