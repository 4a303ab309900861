import { type ApiError, badRequest } from '../kinds/status.js';
import { isJson } from '../kinds/object.js';
import { type Field, kubernetesSchema, PLAIN_TYPES } from './schema.js';

/**
 * Checks that the value of a repeated field is a list, of a message an object, and of a string a string. Null counts as
 * omitted, as in Go; the validation of a kind checks ranges. Throws ApiError 400.
 */
export function checkFieldType(
  value: unknown,
  { type, many }: Pick<Field, 'type' | 'many'>,
  path: string,
): void {
  if (value === null || value === undefined || type === 'meta.v1.FieldsV1') return;
  if (many === 'repeated') return expect(Array.isArray(value), value, { form: `[]${type}`, path });
  if (many === 'map') return expect(isJson(value), value, { form: `map[string]${type}`, path });
  const isMessage = kubernetesSchema().message(type) !== undefined && !PLAIN_TYPES.has(type);
  if (isMessage) return expect(isJson(value), value, { form: type, path });
  const fits = type === 'string' ? typeof value === 'string' : typeof value !== 'object';
  return expect(fits, value, { form: type, path });
}

function expect(fits: boolean, value: unknown, { form, path }: { form: string; path: string }): void {
  if (!fits) throw typeMismatch(value, form, path);
}

/** The error of Go's decoder. */
function typeMismatch(value: unknown, form: string, path: string): ApiError {
  const actual = Array.isArray(value) ? 'array' : typeof value;
  return badRequest(`json: cannot unmarshal ${actual} into Go struct field ${path} of type ${form}`);
}
