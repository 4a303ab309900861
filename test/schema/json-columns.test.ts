import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const RECORD = 'docs/decisions/0116-check-stored-columns-when-read.md';

interface JsonColumn {
  /** Name in the decision record, e.g. `Cluster.labels`. */
  readonly name: string;
  readonly field: string;
  /** e.g. `clusters.cluster`. */
  readonly table: string;
}

/** The JSON columns of a Prisma schema file. */
function jsonColumnsIn(text: string): JsonColumn[] {
  return [...text.matchAll(/^model (\w+) \{(.*?)^\}/gms)].flatMap(([, model = '', body = '']) => {
    const [, schema] = /@@schema\("(\w+)"\)/.exec(body) ?? [];
    const [, table] = /@@map\("(\w+)"\)/.exec(body) ?? [];
    return [...body.matchAll(/^ +(\w+) +Json\b/gm)].map(([, field = '']) => ({
      name: `${model}.${field}`,
      field,
      table: `${schema}.${table}`,
    }));
  });
}

const folder = join(root, 'prisma');
const columns = readdirSync(folder)
  .filter((file) => file.endsWith('.prisma'))
  .flatMap((file) => jsonColumnsIn(readFileSync(join(folder, file), 'utf8')));

/** The file that checks each column, from the decision record. */
const recorded = new Map(
  [...readFileSync(join(root, RECORD), 'utf8').matchAll(/^\| `(\w+\.\w+)` +\| `([\w/.-]+)`/gm)].map(
    ([, name = '', file = '']) => [name, file],
  ),
);

describe('JSON columns', () => {
  test('are all in the table of the record, and no others', () => {
    expect([...recorded.keys()].sort()).toEqual(columns.map(({ name }) => name).sort());
  });

  test.each(columns)('$name is checked in the file that the record names', ({ name, field, table }) => {
    const source = readFileSync(join(root, recorded.get(name) ?? ''), 'utf8');
    // The settings of the simulated cloud have a schema for each row.
    if (table === 'kubesim.setting') expect(source).toContain('settingsSchema.safeParse');
    else expect(source).toContain(`'${table}'`);
    expect(source).toMatch(new RegExp(`\\b${field}\\b`));
  });
});
