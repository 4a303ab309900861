const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

const FORM = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTP]?|[KMGTP]i)$/;

/** The number a Kubernetes quantity means: `250m` is 0.25, `64Mi` 67108864. NaN when it is malformed. */
export function quantity(text: string | number | undefined): number {
  if (text === undefined) return 0;
  const [, digits, suffix] = FORM.exec(String(text)) ?? [];
  if (digits === undefined) return Number.NaN;
  return Number(digits) * (SUFFIXES[suffix ?? ''] ?? Number.NaN);
}

/** CPU as a quantity in thousandths, e.g. `1250m`. */
export function cpuQuantity(cores: number): string {
  return Number.isInteger(cores) ? String(cores) : `${Math.round(cores * 1000)}m`;
}

/** Bytes as a quantity in Ki. */
export function memoryQuantity(bytes: number): string {
  return `${Math.round(bytes / 1024)}Ki`;
}
