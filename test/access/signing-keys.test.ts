import { createServer } from 'node:http';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openSigningKeys } from '../../access/signing-keys.js';
import { closeServer, listen } from '../../kernel/listen.js';
import { eventually } from '../kit/eventually.js';

test('logs an invalid key of a key set and accepts the others', async () => {
  const { publicKey } = await generateKeyPair('ES256');
  const valid = { ...(await exportJWK(publicKey)), kid: 'valid' };
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ keys: [{ kty: 'RSA', kid: 'without modulus', e: 'AQAB' }, valid] }));
  });
  const url = await listen(server, '127.0.0.1', 0);
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  try {
    using keys = openSigningKeys({ kind: 'jwks', url }, { log });
    const id = await calculateJwkThumbprint(valid);
    await eventually(() => keys.accepts(id), { what: 'the valid key' });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        kid: 'without modulus',
        msg: 'the key set has an invalid key; it is ignored',
      }),
    ]);
  } finally {
    await closeServer(server, 0);
  }
});
