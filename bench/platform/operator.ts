import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mintAccessToken } from '../../access/access-token.js';

/** A token with the scope of the platform's operator, which approves quota applications. */
export function operatorToken(secret: string): Promise<string> {
  const operator = { account: 'operator', subject: 'bench', ttlSeconds: 24 * 3600, scopes: ['fleet:admin'] };
  return mintAccessToken(secret, operator);
}

/** An operator's token that is signed with the secret of a state folder. */
export async function operatorTokenOf(home: string): Promise<string> {
  const { auth } = JSON.parse(await readFile(join(home, 'secrets.json'), 'utf8')) as { auth: string };
  return operatorToken(auth);
}
