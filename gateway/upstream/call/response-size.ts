import { GraphQLError } from 'graphql';
import { responseTooLarge } from '../../../protocol/error-bounds.js';

/** Counts the size of a response while it is built; throws when it is too large. */
export class ResponseSize {
  private counted = 0;

  /** `limit` is in bytes of JSON. */
  constructor(readonly limit: number) {}

  /** Counted characters of JSON, a lower bound of its bytes. */
  get characters(): number {
    return this.counted;
  }

  /** Counts characters of JSON before escaping. Throws RESPONSE_TOO_LARGE beyond the limit. */
  add(characters: number): void {
    this.counted += characters;
    if (this.counted > this.limit) throw responseTooLarge(this.limit);
  }

  /** Counts a value that is written as it is. Throws RESPONSE_TOO_LARGE beyond the limit. */
  addValue(value: unknown): void {
    if (typeof value === 'string') return this.add(value.length + 2);
    if (typeof value !== 'object' || value === null) return this.add(typeof value === 'number' ? 1 : 4);
    if (Array.isArray(value)) {
      this.add(value.length + 1);
      for (const item of value) this.addValue(item);
      return;
    }
    this.add(1);
    for (const [key, item] of Object.entries(value)) {
      this.add(key.length + 4);
      this.addValue(item);
    }
  }
}

/** Whether an error means that a response is too large. */
export function isTooLarge(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && error.extensions['code'] === 'RESPONSE_TOO_LARGE';
}
