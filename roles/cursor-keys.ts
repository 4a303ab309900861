import { createHash } from 'node:crypto';
import type { CursorKey } from '../engine/events/event-cursor.js';
import { deriveKey } from '../kernel/secret.js';

const ID = /^[a-z0-9-]{1,16}$/;
const SHORTEST_SECRET = 32;

/**
 * The keys that CURSOR_KEYS lists, the first of which signs: `2027:<secret>,platform`. Throws when a key has no unique
 * id, or a secret of less than 32 characters.
 */
export function cursorKeys(text: string, platformSecret: string): CursorKey[] {
  const keys = text.split(',').map((entry) => cursorKey(entry.trim(), platformSecret));
  if (new Set(keys.map(({ id }) => id)).size < keys.length)
    throw new Error('settings: CURSOR_KEYS has an id twice');
  return keys;
}

function cursorKey(entry: string, platformSecret: string): CursorKey {
  if (entry === 'platform') {
    const key = deriveKey(platformSecret, 'cursor');
    return { id: createHash('sha256').update(key).digest('hex').slice(0, 8), key };
  }
  const at = entry.indexOf(':');
  const [id, secret] = [entry.slice(0, at), entry.slice(at + 1)];
  if (at < 0 || !ID.test(id) || secret.length < SHORTEST_SECRET)
    throw new Error('settings: CURSOR_KEYS lists id:secret, ids of a-z, 0-9 and -, secrets of 32 characters');
  return { id, key: deriveKey(secret, 'cursor') };
}
