import { isRecord } from '../../kernel/is-record.js';
import { isSecretField } from '../../kernel/secret-fields.js';

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const MASK = '[masked]';
const MAX_TEXT_LENGTH = 512;
const MAX_LIST_LENGTH = 100;
const MAX_DEPTH = 12;
/** Maximum number of values of an input; the audit row has fewer than 64 KiB for typical names. */
const MAX_VALUES = 1_000;

/**
 * The arguments of a mutation as JSON, with secrets masked: of fields with secret names, and the `value` of an entry whose `name`
 * is one. Bounded: long texts and lists are truncated, and values beyond the first thousand are omitted.
 */
export function maskSecrets(input: unknown): Json {
  return new Masking().value(input, 0);
}

/** A text that PostgreSQL's jsonb accepts: without NUL and unpaired surrogates. Longer texts are truncated. */
export function plainText(text: string, maxLength = MAX_TEXT_LENGTH): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}… (${text.length} characters)` : text;
  return cut.replaceAll('\0', '\u{fffd}').toWellFormed();
}

class Masking {
  private left = MAX_VALUES;

  value(value: unknown, depth: number): Json {
    if (this.left-- <= 0 || depth > MAX_DEPTH) return '[omitted]';
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (Array.isArray(value)) return this.list(value, depth);
    return isRecord(value) ? this.fields(value, depth) : scalar(value);
  }

  private list(items: readonly unknown[], depth: number): Json {
    const shown = items.slice(0, MAX_LIST_LENGTH).map((item) => this.value(item, depth + 1));
    return items.length > MAX_LIST_LENGTH ? [...shown, `… (${items.length} entries)`] : shown;
  }

  private fields(fields: Readonly<Record<string, unknown>>, depth: number): Json {
    const masked: Record<string, Json> = {};
    const secretEntry = typeof fields['name'] === 'string' && isSecretField(fields['name']);
    for (const name in fields) {
      const value = fields[name];
      if (value === undefined) continue;
      if (this.left <= 0) {
        masked['…'] = '[omitted]';
        break;
      }
      const isSecret = isSecretField(name) || (secretEntry && name === 'value');
      Object.defineProperty(masked, plainText(name, 128), {
        value: isSecret && value !== null ? MASK : this.value(value, depth + 1),
        enumerable: true,
        configurable: true,
      });
    }
    return masked;
  }
}

function scalar(value: unknown): Json {
  switch (typeof value) {
    case 'string':
      return plainText(value);
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return value.toString();
    default:
      return null;
  }
}
