import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mintAccessToken } from '../../access/access-token.js';

/** A token of the platform's operator, who may approve quota applications. */
export function operatorToken(secret: string): Promise<string> {
  const operator = { account: 'operator', subject: 'bench', ttlSeconds: 24 * 3600, scopes: ['fleet:admin'] };
  return mintAccessToken(secret, operator);
}

/** The same, signed with the secret of a state folder. */
export async function operatorTokenOf(home: string): Promise<string> {
  const { auth } = JSON.parse(await readFile(join(home, 'secrets.json'), 'utf8')) as { auth: string };
  return operatorToken(auth);
}
