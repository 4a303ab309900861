import { randomBytes } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { openDatabase } from '../../../kernel/postgres/database.js';
import { databaseUrl, onServer } from '../../kit/template-database.js';

test('reads times independently of the time zone and date style of the database, also with options in the URL', async () => {
  const server = inject('postgresUrl');
  const name = `fleetgraph_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${inject('templateDatabase')}`);
  try {
    await onServer(server, `ALTER DATABASE ${name} SET TimeZone = 'Asia/Shanghai'`);
    await onServer(server, `ALTER DATABASE ${name} SET DateStyle = 'German'`);
    const url = new URL(databaseUrl(server, name));
    url.searchParams.set('options', '-c statement_timeout=12345');
    await using database = openDatabase({ url: url.href });
    const { prisma } = database;
    const verifiedAt = new Date('2026-03-29T01:30:00.123Z');
    await prisma.accountVerification.create({ data: { account: 'acme', kind: 'PERSON', verifiedAt } });
    const row = await prisma.accountVerification.findFirstOrThrow();
    expect(row.verifiedAt).toEqual(verifiedAt);
    const [raw] = await prisma.$queryRaw<{ at: Date; timeout: string }[]>`
      SELECT verified_at AS at, current_setting('statement_timeout') AS timeout
      FROM clusters.account_verification`;
    expect(raw).toEqual({ at: verifiedAt, timeout: '12345ms' });
  } finally {
    await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
});
