import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalog, type TimeZoneEntry } from '../../../catalog/catalog.js';
import { createRegionsSubgraph } from '../../../subgraphs/regions/subgraph.js';
import { localTime, nextTransition, utcOffset } from '../../../subgraphs/regions/model/time-zone.rules.js';
import { type AskSubgraph, askSubgraph } from '../../kit/ask-subgraph.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';

const NOW = new Date('2026-07-01T12:00:00Z');
const DAY = 86_400_000;

let kit: TestDatabase;
let ask: AskSubgraph;
let entries: readonly TimeZoneEntry[];

beforeAll(async () => {
  kit = await createTestDatabase();
  ask = askSubgraph(
    await createRegionsSubgraph({ database: kit.database, clock: { now: () => NOW }, rights: kit.rights }),
  );
  entries = (await readCatalog()).timeZones;
});
afterAll(() => kit[Symbol.asyncDispose]());

interface Zones {
  timeZones: { id: string; documentedId: string | null; group: string; documentedUtcOffset: string }[];
}

describe('list of time zones', () => {
  test('has the 426 zones of the catalog, each in the group of its name', async () => {
    const { data } = await ask<Zones>('acme', '{ timeZones { id documentedId group documentedUtcOffset } }');
    expect(data.timeZones).toHaveLength(426);
    expect(
      data.timeZones.map((zone) => [zone.documentedId ?? zone.id, zone.group, zone.documentedUtcOffset]),
    ).toEqual(
      entries.map((entry) => [entry.id, entry.id.split('/')[0]!.toUpperCase(), entry.documentedUtcOffset]),
    );
    expect(new Set(data.timeZones.map((zone) => zone.group)).size).toBe(11);
  });

  test('contains only zones of the time zone database', async () => {
    const { data } = await ask<Zones>('acme', '{ timeZones { id } }');
    for (const { id } of data.timeZones) expect(() => intl(id), id).not.toThrow();
  });

  test('can be filtered by group', async () => {
    const { data } = await ask<Zones>('acme', '{ timeZones(group: AUSTRALIA) { id group } }');
    expect(data.timeZones.length).toBe(entries.filter((entry) => entry.id.startsWith('Australia/')).length);
    expect(new Set(data.timeZones.map((zone) => zone.group))).toEqual(new Set(['AUSTRALIA']));
  });

  test.each([
    ['America/St_Barthelemy', 'America/St_Bartelemy', '-04:00'],
    ['Antarctica/McMurdo', 'Antarctica/Mcmurdo', '+12:00'],
  ])('accepts the IANA name %s and its documented spelling', async (id, documentedId, utcOffset) => {
    const query = 'query Z($id: ID!) { timeZone(id: $id) { id documentedId utcOffset } }';
    const timeZone = { id, documentedId, utcOffset };
    expect((await ask('acme', query, { id })).data).toEqual({ timeZone });
    expect((await ask('acme', query, { id: documentedId })).data).toEqual({ timeZone });
  });

  test('accepts each name that the catalog prints', async () => {
    const query = 'query Z($id: ID!) { timeZone(id: $id) { id documentedId localTime } }';
    for (const entry of entries) {
      const { data } = await ask<{ timeZone: Zones['timeZones'][number] | null }>('acme', query, {
        id: entry.id,
      });
      expect(data.timeZone?.documentedId ?? data.timeZone?.id).toBe(entry.id);
    }
  });

  test.each([
    ['Europe/Kyiv', 'Europe/Kiev'],
    ['Pacific/Kanton', 'Pacific/Enderbury'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['Asia/Saigon', 'Asia/Ho_Chi_Minh'],
    ['America/Godthab', 'America/Nuuk'],
    ['Atlantic/Faeroe', 'Atlantic/Faroe'],
    ['Antarctica/South_Pole', 'Pacific/Auckland'],
    ['US/Pacific', 'America/Los_Angeles'],
    ['PRC', 'Asia/Shanghai'],
    ['Etc/UTC', 'UTC'],
  ])('accepts the link %s of the time zone database for %s', async (link, listed) => {
    const query = 'query Z($id: ID!) { timeZone(id: $id) { id } }';
    const { data } = await ask<{ timeZone: { id: string } }>('acme', query, { id: link });
    expect(localTime(data.timeZone.id, NOW)).toBe(localTime(listed, NOW));
  });

  test.each(['America/Nowhere', '+08:00', 'Etc/GMT+5', ''])(
    'rejects %j, which is not a zone of the list',
    async (id) => {
      const query = 'query Z($id: ID!) { timeZone(id: $id) { id } }';
      expect((await ask('acme', query, { id })).data).toEqual({ timeZone: null });
    },
  );
});

describe('local times', () => {
  test('every zone has the local time of Intl at random dates', async () => {
    const { data } = await ask<Zones>('acme', '{ timeZones { id } }');
    const random = seeded(20_260_701);
    for (const { id } of data.timeZones) {
      const format = intl(id);
      for (let round = 0; round < 12; round += 1) {
        // A random second from 1975 to 2065.
        const at = new Date(157_766_400_000 + Math.floor(random() * 2_840_000_000) * 1_000);
        const [wall, offset] = byIntl(format, at);
        expect([localTime(id, at), utcOffset(id, at)], `${id} at ${at.toISOString()}`).toEqual([
          `${wall}.000${offset}`,
          offset,
        ]);
      }
    }
  });

  test('the next transition of every zone is the first instant with another offset in Intl', async () => {
    const { data } = await ask<Zones>('acme', '{ timeZones { id } }');
    const random = seeded(7);
    let changes = 0;
    for (const { id } of data.timeZones) {
      const format = intl(id);
      const offset = (at: number) => byIntl(format, new Date(at))[1];
      const after = 315_532_800_000 + Math.floor(random() * 2_000_000_000) * 1_000;
      const next = nextTransition(id, new Date(after))?.getTime();
      // Samples every 30 days, for up to 2 years: the offset does not change before the transition.
      const end = Math.min(next ?? Infinity, after + 730 * DAY);
      for (let at = after; at < end; at += 30 * DAY) expect(offset(at), `${id} ${at}`).toBe(offset(after));
      if (next === undefined) continue;
      changes += 1;
      expect(next).toBeGreaterThan(after);
      expect(offset(next - 1_000), id).toBe(offset(after));
      expect(offset(next), id).not.toBe(offset(after));
    }
    expect(changes).toBeGreaterThan(100);
  });

  test.each([
    ['Europe/Berlin', '2026-07-01T12:00:00Z', '+02:00', '2026-10-25T01:00:00.000Z'],
    ['Europe/Berlin', '2026-12-01T12:00:00Z', '+01:00', '2027-03-28T01:00:00.000Z'],
    ['America/New_York', '2026-03-08T06:59:59Z', '-05:00', '2026-03-08T07:00:00.000Z'],
    ['America/New_York', '2026-03-08T07:00:00Z', '-04:00', '2026-11-01T06:00:00.000Z'],
    ['Australia/Sydney', '2026-01-01T00:00:00Z', '+11:00', '2026-04-04T16:00:00.000Z'],
    ['Australia/Sydney', '2026-07-01T00:00:00Z', '+10:00', '2026-10-03T16:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-07-01T00:00:00Z', '+10:30', '2026-10-03T15:30:00.000Z'],
    ['Asia/Kolkata', '2026-07-01T00:00:00Z', '+05:30', null],
    ['UTC', '2026-07-01T00:00:00Z', '+00:00', null],
  ])('%s at %s is at %s and changes next at %s', async (id, at, offset, next) => {
    const { data, errors } = await ask(
      'acme',
      `query Z($id: ID!, $at: DateTime) { timeZone(id: $id) { utcOffset(at: $at) nextTransition(after: $at) } }`,
      { id, at },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ timeZone: { utcOffset: offset, nextTransition: next } });
  });

  test('are the current ones without a date', async () => {
    const { data } = await ask(
      'acme',
      '{ timeZone(id: "Europe/London") { utcOffset localTime nextTransition } }',
    );
    expect(data).toEqual({
      timeZone: {
        utcOffset: '+01:00',
        localTime: '2026-07-01T13:00:00.000+01:00',
        nextTransition: '2026-10-25T01:00:00.000Z',
      },
    });
  });

  test('rejects an invalid date', async () => {
    const { errors } = await ask('acme', '{ timeZone(id: "UTC") { utcOffset(at: "yesterday") } }');
    expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

function intl(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  });
}

/** Wall clock and offset from Intl.DateTimeFormat. */
function byIntl(format: Intl.DateTimeFormat, at: Date): [wall: string, offset: string] {
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const offset = part['timeZoneName'] === 'GMT' ? '+00:00' : part['timeZoneName']!.slice('GMT'.length);
  return [
    `${part['year']}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}:${part['second']}`,
    offset,
  ];
}

/** A random number generator (mulberry32) with a fixed seed: numbers from 0 to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
