import { parseQuantity } from '../../../kernel/kubernetes/quantity.js';

/** Parses a quantity; 0 if it is omitted, NaN if it is malformed. */
export function quantity(text: string | number | undefined): number {
  return text === undefined ? 0 : parseQuantity(text);
}

/** Bytes as a quantity in Ki. */
export function memoryQuantity(bytes: number): string {
  return `${Math.round(bytes / 1024)}Ki`;
}
