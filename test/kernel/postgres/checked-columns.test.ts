import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { checkedColumns, MalformedRowError, oneOf } from '../../../kernel/postgres/checked-columns.js';

interface Row {
  readonly id: string;
  readonly state: string;
  readonly edition: string | null;
  readonly settings: unknown;
}

const checkRows = checkedColumns('test.row', 'id', {
  state: oneOf(['ON', 'OFF']),
  edition: oneOf(['PRO']).nullable(),
  settings: z.looseObject({ size: z.number(), name: z.string().optional() }),
});

const row: Row = { id: 'row_1', state: 'ON', edition: null, settings: { size: 1 } };

describe('a check of columns', () => {
  test.each<[string, unknown]>([
    ['a row of this release', { size: 1, name: 'a' }],
    ['a row of an older release without an optional field', { size: 1 }],
    ['a row of a newer release with an unknown field', { size: 1, color: 'red' }],
  ])('returns %s unchanged', (_what, settings) => {
    const read = { ...row, settings };
    expect(checkRows(read)).toBe(read);
    expect(checkRows([read])[0]).toBe(read);
  });

  test('passes on null for a row that does not exist', () => {
    expect(checkRows(null as Row | null)).toBeNull();
  });

  test('gives text columns the type of their values', () => {
    const { state, edition, id } = checkRows(row);
    expectTypeOf(state).toEqualTypeOf<'ON' | 'OFF'>();
    expectTypeOf(edition).toEqualTypeOf<'PRO' | null>();
    expectTypeOf(id).toEqualTypeOf<string>();
  });

  test('names the table, the row and the path of a malformed value', () => {
    const rows: Row[] = [row, { ...row, id: 'row_2', settings: { size: 'large' } }];
    expect(() => checkRows(rows)).toThrow(MalformedRowError);
    expect(() => checkRows(rows)).toThrow(/^The row row_2 of test\.row is malformed\. settings\.size: /);
  });

  test('names the value of a newer release and the values that are known', () => {
    expect(() => checkRows({ ...row, state: 'PAUSED' })).toThrow(
      'The row row_1 of test.row is malformed. state: "PAUSED" is not one of ON, OFF',
    );
  });

  test('rejects a row that was read without a column', () => {
    const { id, settings } = row;
    expect(() => checkRows({ id, settings, edition: null } as Row)).toThrow(MalformedRowError);
  });
});
