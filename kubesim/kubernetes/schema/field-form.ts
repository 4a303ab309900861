import { type ApiError, badRequest } from '../kinds/status.js';
import { isJson } from '../kinds/object.js';
import { type Field, kubernetesSchema, PLAIN_TYPES } from './schema.js';

/**
 * Refuses a value that is no list where a field has several values, no object where it has fields of its own, and no
 * text where it is a string. Null is the same as left out, as Go reads it; whether numbers are in range is for the
 * rules of a kind. Throws ApiError 400.
 */
export function checkForm(value: unknown, { type, many }: Pick<Field, 'type' | 'many'>, path: string): void {
  if (value === null || value === undefined || type === 'meta.v1.FieldsV1') return;
  if (many === 'repeated') return expect(Array.isArray(value), value, { form: `[]${type}`, path });
  if (many === 'map') return expect(isJson(value), value, { form: `map[string]${type}`, path });
  const isMessage = kubernetesSchema().message(type) !== undefined && !PLAIN_TYPES.has(type);
  if (isMessage) return expect(isJson(value), value, { form: type, path });
  const fits = type === 'string' ? typeof value === 'string' : typeof value !== 'object';
  return expect(fits, value, { form: type, path });
}

function expect(fits: boolean, value: unknown, { form, path }: { form: string; path: string }): void {
  if (!fits) throw wrongForm(value, form, path);
}

/** As Go's decoder words it. */
function wrongForm(value: unknown, form: string, path: string): ApiError {
  const given = Array.isArray(value) ? 'array' : typeof value;
  return badRequest(`json: cannot unmarshal ${given} into Go struct field ${path} of type ${form}`);
}
