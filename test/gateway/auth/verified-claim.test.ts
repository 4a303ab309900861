import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { AcceptedTokens } from '../../../access/accepted-tokens.js';
import { tokenVerifier } from '../../../gateway/auth/verify-token.js';
import { signActor, verifyActor } from '../../../kernel/actor.js';
import { systemClock } from '../../../kernel/clock.js';
import { createLog } from '../../../kernel/log.js';

const SECRET = 'a secret that is long enough for signing';
const accepted = await AcceptedTokens.open({
  keys: { kind: 'secret', secret: SECRET },
  log: createLog('silent'),
});
const verify = tokenVerifier({}, accepted, systemClock);

const token = (claims: Record<string, unknown>) =>
  new SignJWT({ account: 'acme', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('somebody')
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(SECRET));

test.each([
  [{ verified: false }, false],
  [{ verified: true }, undefined],
  [{}, undefined],
  // A value that is not a boolean is ignored.
  [{ verified: 'false' }, undefined],
])(
  'passes the claim verified: false of a token to subgraphs as an unverified actor: %o',
  async (claims, verified) => {
    const actor = await verify(await token(claims));
    expect(actor.verified).toBe(verified);
    const key = new Uint8Array(32);
    expect((await verifyActor(await signActor(actor, key), key))?.verified).toBe(verified);
  },
);
