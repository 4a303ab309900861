import type { StructuralSchema } from './structural-schema.js';

/** A step of a path: `.name` or `['name']`. */
const STEP = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/y;

/**
 * The path of a field relative to a schema as errors write it, e.g. `.spec.labels[a.b]`. Undefined if the schema has no
 * such field.
 */
export function fieldPath(path: string, schema: StructuralSchema): string | undefined {
  let at: StructuralSchema | undefined = schema;
  let written = '';
  STEP.lastIndex = 0;
  while (at && STEP.lastIndex < path.length) {
    const [step, plain, quoted = ''] = STEP.exec(path) ?? [];
    if (step === undefined) return undefined;
    const name = plain ?? quoted.replace(/\\(.)/g, '$1');
    const isField: boolean = at.fields.size > 0;
    written += isField ? `.${name}` : `[${name}]`;
    at = isField ? at.fields.get(name) : at.entries;
  }
  return at && written;
}
