import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, inject, test } from 'vitest';
import { checkDatabase } from '../../../kernel/postgres/check-database.js';
import { freePort } from '../../../kernel/embedded-postgres/free-port.js';
import { databaseUrl, onServer } from '../../kit/template-database.js';

async function faultOf(change: (url: URL) => void): Promise<string> {
  const url = new URL(inject('postgresUrl'));
  change(url);
  const fault = await checkDatabase('DATABASE_URL', url.href).then(
    () => 'none',
    (error: unknown) => (error as Error).message,
  );
  if (url.password) expect(fault).not.toContain(url.password);
  expect(fault).not.toContain('\n');
  return fault;
}

test('accepts a writable database', async () => {
  expect(await faultOf(() => undefined)).toBe('none');
});

test('names the setting, the address and the remedy of a database that cannot be used', async () => {
  const port = String(await freePort());
  expect(await faultOf((url) => (url.port = port))).toMatch(
    new RegExp(`^DATABASE_URL: postgresql://\\w+@127.0.0.1:${port}/\\w+: connection refused.`),
  );
  expect(await faultOf((url) => (url.hostname = 'nowhere.invalid'))).toMatch(
    /nowhere\.invalid.*does not exist|resolved/,
  );
  expect(await faultOf((url) => (url.password = 'a-wrong-one'))).toContain('the password is wrong');
  expect(await faultOf((url) => (url.pathname = '/missing'))).toContain(
    '/missing: the database does not exist',
  );
  expect(await faultOf((url) => url.searchParams.set('sslmode', 'verify-full'))).toContain(
    'does not support TLS',
  );
});

test('rejects a read-only database', async () => {
  const server = inject('postgresUrl');
  const name = `read_only_${randomBytes(4).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  await onServer(server, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await expect(checkDatabase('DATABASE_URL', databaseUrl(server, name))).rejects.toThrow('it is read-only');
  await onServer(server, `DROP DATABASE ${name}`);
});

test('rejects a server that is not PostgreSQL', async () => {
  const other = createServer((socket) => socket.destroy());
  await once(other.listen(0, '127.0.0.1'), 'listening');
  const { port } = other.address() as AddressInfo;
  expect(await faultOf((url) => (url.port = String(port)))).toMatch(/cut|terminated/);
  other.close();
});
