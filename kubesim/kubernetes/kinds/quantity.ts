import { parseQuantity } from '../../../kernel/kubernetes/quantity.js';

/** The number a quantity means, 0 when there is none, NaN when it is malformed. */
export function quantity(text: string | number | undefined): number {
  return text === undefined ? 0 : parseQuantity(text);
}

/** Bytes as a quantity in Ki. */
export function memoryQuantity(bytes: number): string {
  return `${Math.round(bytes / 1024)}Ki`;
}
