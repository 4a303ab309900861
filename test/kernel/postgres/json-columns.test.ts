import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonColumns, MalformedRowError } from '../../../kernel/postgres/json-columns.js';

interface Row {
  readonly id: string;
  readonly settings: unknown;
}

const checkRows = jsonColumns<Row>('test.row', 'id', {
  settings: z.looseObject({ size: z.number(), name: z.string().optional() }),
});

test.each<[string, unknown]>([
  ['a row of this release', { size: 1, name: 'a' }],
  ['a row of an older release without an optional field', { size: 1 }],
  ['a row of a newer release with an unknown field', { size: 1, color: 'red' }],
])('returns %s unchanged', (_what, settings) => {
  const row = { id: 'row_1', settings };
  expect(checkRows(row)).toBe(row);
  expect(checkRows([row])[0]).toBe(row);
});

test('passes on null for a row that does not exist', () => {
  expect(checkRows(null)).toBeNull();
});

test('names the table, the row and the path of a malformed value', () => {
  const rows: Row[] = [
    { id: 'row_1', settings: { size: 1 } },
    { id: 'row_2', settings: { size: 'large' } },
  ];
  expect(() => checkRows(rows)).toThrow(MalformedRowError);
  expect(() => checkRows(rows)).toThrow(/^The row row_2 of test\.row is malformed\. settings\.size: /);
});
